"""One month's charges, written as every export would: formats, file types, shapes of tags, layouts."""

import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

CHECKOUT = Path(__file__).parents[4]
NODE, BUCKET_ARN = "i-0a", "arn:aws:s3:::data"
FULL = {
    "team": "demand",
    "project": "forecasting",
    "model": "shared",
    "environment": "prod",
    "cost-center": "cc-1001",
    "owner": "demand",
    "run": "standing",
}
OTHERS = {"aws:created": "Root:1", "purpose": 'say "hi"'}


@dataclass(frozen=True)
class Charge:
    """What a line is about, in no format's words."""

    billed: str
    day: int = 1
    payer: str = "999999999999"
    period: str = "2026-10"
    effective: str | None = None
    list: str | None = None
    category: str = "Usage"
    correction: bool = False
    pricing: str | None = "Standard"
    tags: tuple[tuple[str, str], ...] = tuple(FULL.items())
    service: tuple[str, str] = ("Amazon Elastic Compute Cloud", "AmazonEC2")
    usage_type: str = "EUW1-BoxUsage:g5.2xlarge"
    resource: str | None = NODE
    currency: str = "USD"


CHARGES = (
    Charge("12.3456789012", effective="10.5"),
    Charge("0.0000000001", day=2, tags=tuple({**FULL, **OTHERS}.items())),
    Charge("3", day=31, tags=(), service=("Amazon Simple Storage Service", "AmazonS3"), resource=BUCKET_ARN),
    Charge(
        "1.1", day=3, pricing="Dynamic", usage_type="EUW1-SpotUsage:g5.2xlarge", tags=(("team", "demand"), ("run", ""))
    ),
    Charge("99.5", day=1, category="Tax", pricing=None, tags=(), resource=None),
    Charge("-7.25", day=31, category="Credit", pricing=None, tags=(), resource=None),
    Charge("-2.5", day=1, category="Adjustment", correction=True, pricing=None, tags=(), resource=None),
)

Row = dict[str, Any]
Shape = Callable[[Mapping[str, str]], Mapping[str, str]]

SHAPES: dict[str, Shape] = {
    "bare": dict,
    "user:": lambda tags: {key if key.startswith("aws:") else f"user:{key}": value for key, value in tags.items()},
    "user_": lambda tags: {
        ("" if key.startswith("aws:") else "user_") + key.replace(":", "_").replace("-", "_"): value
        for key, value in tags.items()
    },
    "underscored": lambda tags: {key.replace("-", "_"): value for key, value in tags.items()},
}


def columns(export: str) -> list[str]:
    """The columns that `infra/bill/<export>.sql` asks AWS for."""
    lines = (CHECKOUT / "infra" / "bill" / f"{export}.sql").read_text().splitlines()
    query = " ".join(line for line in lines if not line.startswith("--"))
    return [name.strip() for name in query.split("SELECT")[1].split("FROM")[0].split(",")]


ABSENT = {"SkuMeter", "InvoiceId", "BillingAccountType", "SubAccountType", "PricingCurrency"}  # in FOCUS 1.0


def focus_12(charge: Charge) -> Row:
    start = datetime.fromisoformat(f"{charge.period}-{charge.day:02}")
    row: Row = dict.fromkeys(columns("focus"), "")
    used = charge.category == "Usage"
    return row | {
        "BilledCost": charge.billed,
        "EffectiveCost": charge.effective or charge.billed,
        "ListCost": charge.list or charge.billed,
        "BillingAccountId": charge.payer,
        "BillingCurrency": charge.currency,
        "BillingPeriodStart": datetime.fromisoformat(f"{charge.period}-01"),
        "ChargeCategory": charge.category,
        "ChargeClass": "Correction" if charge.correction else "",
        "ChargeDescription": "per hour",
        "ChargePeriodStart": start,
        "ChargePeriodEnd": start + timedelta(days=1),
        "ConsumedQuantity": 2.5 if used else None,
        "ConsumedUnit": "Hrs" if used else "",
        "PricingCategory": charge.pricing or "",
        "RegionId": "eu-west-1",
        "ResourceId": charge.resource or "",
        "ServiceName": charge.service[0],
        "SkuMeter": charge.usage_type,
        "SubAccountId": "111111111111",
        "Tags": dict(charge.tags),
        "x_Operation": "RunInstances",
        "x_ServiceCode": charge.service[1],
    }


def focus_10(charge: Charge) -> Row:
    newer = focus_12(charge)
    return {name: value for name, value in newer.items() if name not in ABSENT} | {
        "x_UsageType": newer["SkuMeter"],
        "x_CostCategories": "",
    }


KINDS = {"Adjustment": "Refund"}  # CUR's line item types, where they are not called as FOCUS does


def cur(charge: Charge) -> Row:
    start = datetime.fromisoformat(f"{charge.period}-{charge.day:02}")
    spared = charge.effective is not None
    kind = "DiscountedUsage" if charge.pricing == "Committed" else KINDS.get(charge.category, charge.category)
    return dict.fromkeys(columns("cur"), "") | {
        "bill_billing_period_start_date": datetime.fromisoformat(f"{charge.period}-01"),
        "bill_payer_account_id": charge.payer,
        "line_item_currency_code": charge.currency,
        "line_item_line_item_description": "per hour",
        "line_item_line_item_type": kind,
        "line_item_operation": "RunInstances",
        "line_item_product_code": charge.service[1],
        "line_item_resource_id": charge.resource or "",
        "line_item_unblended_cost": charge.billed,
        "line_item_usage_account_id": "111111111111",
        "line_item_usage_amount": 2.5,
        "line_item_usage_end_date": start + timedelta(days=1),
        "line_item_usage_start_date": start,
        "line_item_usage_type": charge.usage_type,
        "pricing_public_on_demand_cost": charge.list or charge.billed,
        "pricing_term": "Spot" if charge.pricing == "Dynamic" else "OnDemand",
        "pricing_unit": "Hrs",
        "product": {"product_name": charge.service[0]},
        "product_region_code": "eu-west-1",
        "reservation_effective_cost": charge.effective if spared else None,
        "resource_tags": dict(charge.tags),
        "savings_plan_savings_plan_effective_cost": None,
        "split_line_item_parent_resource_id": "",
    }


MAKERS = {"focus-1.2": focus_12, "focus-1.0": focus_10, "cur-2.0": cur}
MAPS = {"Tags", "resource_tags", "product"}
NUMBERS = {"ConsumedQuantity", "line_item_usage_amount"}
COSTS = {
    *("BilledCost", "EffectiveCost", "ListCost", "line_item_unblended_cost", "pricing_public_on_demand_cost"),
    *("reservation_effective_cost", "savings_plan_savings_plan_effective_cost"),
}


def rows(maker: Callable[[Charge], Row], charges: Iterable[Charge] = CHARGES, shape: str = "bare") -> list[Row]:
    made = [maker(charge) for charge in charges]
    for row in made:
        for name in MAPS & row.keys():
            row[name] = dict(SHAPES[shape](row[name])) if name != "product" else row[name]
    return made


def table(made: list[Row], *, amounts: pa.DataType | None = None, json_tags: bool = False) -> pa.Table:
    """As AWS writes Parquet: timestamps in milliseconds, doubles, maps; `amounts` of another type if it is given."""
    found = {}
    for name in made[0]:
        values = [row[name] for row in made]
        if name in COSTS:
            exact = [None if value is None else Decimal(value) for value in values]
            found[name] = pa.array(
                exact
                if pa.types.is_decimal(amounts or pa.float64())
                else [v if v is None else float(v) for v in exact],
                amounts or pa.float64(),
            )
        elif name in MAPS:
            entries = [json.dumps(value) if json_tags else list(value.items()) for value in values]
            found[name] = pa.array(entries, pa.string() if json_tags else pa.map_(pa.string(), pa.string()))
        elif isinstance(values[0], datetime):
            found[name] = pa.array(values, pa.timestamp("ms"))
        else:
            found[name] = pa.array(values, pa.float64() if name in NUMBERS else pa.string())
    return pa.table(found)


def parquet(path: Path, made: list[Row], **said: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table(made, **said), path, compression="snappy")
    return path


def csv_text(made: list[Row]) -> bytes:
    """As AWS writes CSV: times in ISO with Z, maps as JSON."""

    def said(value: Any) -> str | None:
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%dT%H:%M:%S}.000Z"
        return json.dumps(value) if isinstance(value, dict) else None if value is None else str(value)

    sink = pa.BufferOutputStream()
    pa_csv.write_csv(
        pa.table({name: pa.array([said(row[name]) for row in made], pa.string()) for name in made[0]}), sink
    )
    return bytes(sink.getvalue())


def csv_gz(path: Path, made: list[Row]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(csv_text(made)))
    return path


def delivered(folder: Path, parts: Mapping[str, list[Row]], period: str = "2026-10", execution: str = "") -> Path:
    """A data export of a month under `folder`: data, and the manifest that names it. Parts are by their file's name."""
    at = f"BILLING_PERIOD={period}" + (f"/{execution}" if execution else "")
    for name, made in parts.items():
        (csv_gz if name.endswith(".gz") else parquet)(folder / "data" / at / name, made)
    files = [f"s3://acme-bill/{folder.name}/data/{at}/{name}" for name in parts]
    for where in {f"BILLING_PERIOD={period}", at}:
        manifest = folder / "metadata" / where / f"{folder.name}-Manifest.json"
        manifest.parent.mkdir(parents=True, exist_ok=True)
        manifest.write_text(json.dumps({"dataFiles": files, "columns": []}))
    return folder
