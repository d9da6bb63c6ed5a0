"""A FOCUS 1.2 export of any size: 49 columns, tags as maps, sorted by time, in a folder a month, as AWS delivers it.

A row is an hour of a resource. Sixty thousand resources belong to 14 teams, 60 projects and three environments; seven
of a hundred have no tags. Weekends are quieter, there are a few bad days, and the last month ends on its 20th day.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb

MONTHS = {date(2026, 8, 1): 31, date(2026, 9, 1): 30, date(2026, 10, 1): 20}  # first day -> days
RESOURCES, SKUS = 60_000, 900
FILES = 4  # a month
SERVICES = {
    "Amazon Elastic Compute Cloud": 30, "Amazon SageMaker": 14, "Amazon Simple Storage Service": 12,
    "Amazon Elastic Block Store": 10, "AmazonCloudWatch": 8, "Amazon Elastic Kubernetes Service": 6,
    "Amazon Virtual Private Cloud": 6, "AWS Data Transfer": 5, "AWS Key Management Service": 3,
    "Amazon DynamoDB": 2, "Amazon Elastic Container Registry": 2, "Amazon Managed Service for Prometheus": 1,
    "Amazon Relational Database Service": 1,
}  # fmt: skip

# Column -> SQL over a resource: its number `r`, `s` (service, 0 to 12), `k` (SKU), `committed`.
TEXT: dict[str, str] = {
    "AvailabilityZone": "'euw1-az' || (r % 3 + 1)", "BillingAccountId": "'999999999999'",
    "BillingAccountName": "'payer'", "BillingAccountType": "'BillingAccount'", "BillingCurrency": "'USD'",
    "CapacityReservationId": "NULL", "CapacityReservationStatus": "NULL",
    "ChargeCategory": "CASE WHEN k = 7 THEN 'Tax' WHEN k = 8 THEN 'Credit' ELSE 'Usage' END", "ChargeClass": "NULL",
    "ChargeDescription": "'$' || (k % 97 / 100) || ' per unit-hour of usage type ' || k || ' in the region'",
    "ChargeFrequency": "'Usage-Based'", "CommitmentDiscountCategory": "CASE WHEN committed THEN 'Spend' END",
    "CommitmentDiscountId": "CASE WHEN committed THEN 'arn:aws:savingsplans::999999999999:savingsplan/abc' END",
    "CommitmentDiscountStatus": "CASE WHEN committed THEN 'Used' END", "ConsumedUnit": "['Hours', 'GB'][s % 2 + 1]",
    "InvoiceId": "NULL", "InvoiceIssuerName": "'Amazon Web Services, Inc.'",
    "PricingCategory": "CASE WHEN committed THEN 'Committed' ELSE 'Standard' END",
    "PricingUnit": "['Hours', 'GB'][s % 2 + 1]", "ProviderName": "'AWS'", "PublisherName": "'AWS'",
    "RegionId": "['eu-west-1', 'us-east-1', 'us-west-2'][r % 3 + 1]",
    "RegionName": "['EU (Ireland)', 'US East (N. Virginia)', 'US West (Oregon)'][r % 3 + 1]",
    "ResourceId": "'arn:aws:ec2:eu-west-1:123456789012:instance/i-' || lpad(to_hex(r * 2654435761), 17, '0')",
    "ResourceName": "NULL", "ResourceType": "['instance', 'volume', 'endpoint'][s % 3 + 1]",
    "ServiceCategory": "['Compute', 'Storage', 'Databases'][s % 3 + 1]", "ServiceName": "$services[s + 1]",
    "ServiceSubcategory": "['Virtual Machines', 'Other'][s % 2 + 1]", "SkuId": "'SKU' || k || 'ABCDEFGH'",
    "SkuPriceId": "'SKU' || k || 'ABCDEFGH.JRTCKXETXF.6YS6EN2CT7'", "SubAccountId": "'1000000000' || r % 24",
    "SubAccountName": "'account-' || r % 24", "x_Operation": "['RunInstances', 'Host', 'Hosting'][s % 3 + 1]",
    "x_ServiceCode": "'Amazon' || s", "x_UsageType": "'EUW1-Usage:' || k",
}  # fmt: skip
# Column -> SQL over a row: `hour`, `cost`, `used`.
TIMES = {
    "BillingPeriodStart": "$month",
    "BillingPeriodEnd": "$month + INTERVAL 1 MONTH",
    "ChargePeriodStart": "hour",
    "ChargePeriodEnd": "hour + INTERVAL 1 HOUR",
}
NUMBERS = {
    "BilledCost": "cost", "ConsumedQuantity": "used", "ContractedCost": "cost * 1.02",
    "ContractedUnitPrice": "cost * 1.02 / used", "EffectiveCost": "CASE WHEN committed THEN cost * 0.72 ELSE cost END",
    "ListCost": "cost * 1.1", "ListUnitPrice": "cost * 1.1 / used", "PricingQuantity": "used",
}  # fmt: skip
TAGS = """
CASE WHEN r % 100 < 7 THEN MAP {'managed-by': 'terraform'} ELSE MAP {
    'team': 'team-' || r % 14, 'project': 'project-' || (r % 14 * 4 + r // 14 % 5) % 60,
    'environment': ['prod', 'dev', 'staging'][r // 70 % 10 // 4 + 1], 'model': 'model-' || r % 120,
    'cost-center': 'cc-' || r % 14, 'owner': 'team-' || r % 14, 'managed-by': 'terraform',
    'run': CASE WHEN s = 1 THEN 'run-' || r ELSE 'standing' END}
END
"""
COLUMNS = 49


@dataclass(frozen=True)
class Span:
    """A file: its month, its first day, its days and its rows."""

    month: date
    first: date
    days: int
    rows: int


def spans(rows: int) -> list[Span]:
    """The files, in which the rows are spread over the days."""
    every = sum(MONTHS.values())
    made = []
    for month, length in MONTHS.items():
        cuts = [length * n // FILES for n in range(FILES + 1)]
        for begin, end in pairwise(cuts):
            made.append(Span(month, month + timedelta(days=begin), end - begin, rows * (end - begin) // every))
    return made


def write(folder: Path, rows: int) -> int:
    """How many rows there are; a little less than asked for, since days have whole numbers of them."""
    made = 0
    with duckdb.connect(config={"memory_limit": "2GB"}) as db:
        db.execute(_resources(), {"services": list(SERVICES), "service": _service()})
        for month in MONTHS:
            files = []
            for number, span in enumerate(span for span in spans(rows) if span.month == month):
                files.append(f"data/BILLING_PERIOD={month:%Y-%m}/part-{number:05d}.snappy.parquet")
                (folder / files[-1]).parent.mkdir(parents=True, exist_ok=True)
                db.execute(f"COPY ({_query()}) TO '{folder / files[-1]}' (FORMAT parquet)", _values(span, made))
                made += span.rows
            manifest = folder / f"metadata/BILLING_PERIOD={month:%Y-%m}/Manifest.json"
            manifest.parent.mkdir(parents=True)
            manifest.write_text(json.dumps({"dataFiles": files}))
    return made


def _service() -> list[int]:
    """A hundred services, each as often as its share."""
    return [number for number, share in enumerate(SERVICES.values()) for _ in range(share)]


def _resources() -> str:
    listed = ", ".join(f"({said})::VARCHAR AS {name}" for name, said in TEXT.items())
    return f"""
    CREATE TABLE resources AS
    WITH numbered AS (SELECT r, hash(r) AS h FROM range({RESOURCES}) AS numbers(r)),
    kinds AS (
        SELECT r, $service[(h % 100)::INTEGER + 1] AS s, (r * 37 % {SKUS})::INTEGER AS k, r * 31 % 5 = 0 AS committed,
            exp(((h // 128) % 1000 / 1000.0 - 0.7) * 5) AS price FROM numbered)
    SELECT r, s, committed, price, {listed}, {TAGS} AS Tags FROM kinds
    """


def _query() -> str:
    listed = [f"({said})::TIMESTAMP AS {name}" for name, said in TIMES.items()]
    listed += [f"round({said}, 10)::DOUBLE AS {name}" for name, said in NUMBERS.items()]
    listed += [*TEXT, "Tags"]
    assert len(listed) == COLUMNS
    return f"""
    WITH drawn AS (
        SELECT hash($seed + i) AS h, $first::TIMESTAMP + to_hours((i * $hours // $rows)::BIGINT) AS hour
        FROM range($rows) AS numbers(i)),
    used AS (
        SELECT hour, (h % {RESOURCES})::BIGINT AS r, (h // 65536 % 1000 / 1000.0)::DOUBLE AS j, 0.5 + 23 * j AS used
        FROM drawn),
    priced AS (
        SELECT *, price * (0.7 + 0.6 * j) * CASE WHEN isodow(hour) > 5 AND s < 2 THEN 0.4 ELSE 1 END
            * CASE WHEN r % 14 = 3 AND s = 0 AND hour::DATE IN ('2026-09-17', '2026-10-13') THEN 9 ELSE 1 END AS cost
        FROM used JOIN resources USING (r))
    SELECT {", ".join(listed)} FROM priced
    """


def _values(span: Span, seed: int) -> dict[str, object]:
    return {"seed": seed, "first": span.first, "hours": span.days * 24, "rows": span.rows, "month": span.month}
