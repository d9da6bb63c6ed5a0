"""The bill as AWS Data Exports delivers FOCUS 1.2: Parquet for each billing period, with a manifest beside it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from groundway.environment import Environment
from groundway_ops.accounts import Account
from groundway_ops.demo.bill.usage import Used

NAME = "focus"  # prefix in the bucket, and the end of the export's name: what infra/billing.py calls it
FIELDS = {
    "day": "DATE",
    "until": "DATE",
    "category": "VARCHAR",
    "service": "VARCHAR",
    "service_name": "VARCHAR",
    "service_category": "VARCHAR",
    "usage_type": "VARCHAR",
    "operation": "VARCHAR",
    "description": "VARCHAR",
    "resource": "VARCHAR",
    "quantity": "DOUBLE",
    "unit": "VARCHAR",
    "price": "DOUBLE",
    "list_price": "DOUBLE",
    "cost": "DOUBLE",
    "list_cost": "DOUBLE",
    "spot": "BOOLEAN",
}
# FOCUS's columns, as infra/bill/focus.sql asks for them, from those above. Amounts are doubles, as AWS writes them.
QUERY = """
SELECT
  NULL::VARCHAR AS AvailabilityZone, cost AS BilledCost, $account AS BillingAccountId,
  $name AS BillingAccountName, 'Management' AS BillingAccountType, 'USD' AS BillingCurrency,
  $next::TIMESTAMP AS BillingPeriodEnd, $month::TIMESTAMP AS BillingPeriodStart,
  NULL::VARCHAR AS CapacityReservationId, NULL::VARCHAR AS CapacityReservationStatus,
  category AS ChargeCategory, NULL::VARCHAR AS ChargeClass, description AS ChargeDescription,
  CASE category WHEN 'Usage' THEN 'Usage-Based' ELSE 'One-Time' END AS ChargeFrequency,
  until::TIMESTAMP AS ChargePeriodEnd, day::TIMESTAMP AS ChargePeriodStart,
  NULL::VARCHAR AS CommitmentDiscountCategory, NULL::VARCHAR AS CommitmentDiscountId,
  NULL::VARCHAR AS CommitmentDiscountName, NULL::DOUBLE AS CommitmentDiscountQuantity,
  NULL::VARCHAR AS CommitmentDiscountStatus, NULL::VARCHAR AS CommitmentDiscountType,
  NULL::VARCHAR AS CommitmentDiscountUnit, priced_quantity AS ConsumedQuantity, priced_unit AS ConsumedUnit,
  cost AS ContractedCost, unit_price AS ContractedUnitPrice, cost AS EffectiveCost, NULL::VARCHAR AS InvoiceId,
  'Amazon Web Services (simulated)' AS InvoiceIssuerName, list_cost AS ListCost, list_unit_price AS ListUnitPrice,
  CASE WHEN category <> 'Usage' THEN NULL WHEN spot THEN 'Dynamic' ELSE 'Standard' END AS PricingCategory,
  'USD' AS PricingCurrency, unit_price AS PricingCurrencyContractedUnitPrice, cost AS PricingCurrencyEffectiveCost,
  list_unit_price AS PricingCurrencyListUnitPrice, priced_quantity AS PricingQuantity, priced_unit AS PricingUnit,
  'AWS' AS ProviderName, 'AWS' AS PublisherName, place AS RegionId, place AS RegionName, resource AS ResourceId,
  NULL::VARCHAR AS ResourceName, NULL::VARCHAR AS ResourceType, service_category AS ServiceCategory,
  service_name AS ServiceName, NULL::VARCHAR AS ServiceSubcategory, NULL::VARCHAR AS SkuId,
  nullif(usage_type, '') AS SkuMeter, MAP {}::MAP(VARCHAR, VARCHAR) AS SkuPriceDetails, NULL::VARCHAR AS SkuPriceId,
  $account AS SubAccountId, $name AS SubAccountName, 'Member' AS SubAccountType, tags AS Tags,
  MAP {}::MAP(VARCHAR, DOUBLE) AS x_Discounts, nullif(operation, '') AS x_Operation, service AS x_ServiceCode
FROM (
  SELECT *,
    CASE category WHEN 'Usage' THEN $region END AS place,
    CASE category WHEN 'Usage' THEN quantity END AS priced_quantity,
    CASE category WHEN 'Usage' THEN unit END AS priced_unit,
    CASE category WHEN 'Usage' THEN price END AS unit_price,
    CASE category WHEN 'Usage' THEN list_price END AS list_unit_price
  FROM charged
)
"""


@dataclass(frozen=True)
class Export:
    """Of one account. `folder` is where a bucket would be."""

    environment: Environment
    folder: Path

    @property
    def name(self) -> str:
        return f"{self.environment.prefix}-{NAME}"

    @property
    def root(self) -> Path:
        return self.folder / NAME / self.name

    def deliver(self, account: Account) -> str:
        """Into the account's own bucket for its bill, if it has one. Returns where the export is."""
        if not self.environment.billing.exports:
            return str(self.root)
        bucket, s3 = self.environment.bucket_name("billing"), account.client("s3")
        for file in sorted(path for path in self.root.rglob("*") if path.is_file()):
            s3.upload_file(str(file), bucket, file.relative_to(self.folder).as_posix())
        return f"s3://{bucket}/{self.root.relative_to(self.folder).as_posix()}"

    def write(self, charged: Iterable[Used], at: datetime) -> list[date]:
        """Write the charges, a folder a month. Returns the months. `at`: when the export ran."""
        months: dict[date, list[Used]] = {}
        for one in charged:
            months.setdefault(one.day.replace(day=1), []).append(one)
        for month, rows in sorted(months.items()):
            self._month(month, rows, at)
        return sorted(months)

    def _month(self, month: date, rows: Sequence[Used], at: datetime) -> None:
        partition = f"BILLING_PERIOD={month:%Y-%m}"
        data = self.root / "data" / partition / f"{self.name}-00001.snappy.parquet"
        data.parent.mkdir(parents=True, exist_ok=True)
        columns = _write(rows, data, self._values(month))
        manifest = self.root / "metadata" / partition / f"{self.name}-Manifest.json"
        manifest.parent.mkdir(parents=True, exist_ok=True)
        manifest.write_text(json.dumps(self._manifest(data, month, columns, at), indent=2), encoding="utf-8")

    def _values(self, month: date) -> dict[str, Any]:
        return {
            "account": self.environment.account,
            "name": f"{self.environment.name} (simulated)",
            "region": self.environment.region,
            "month": month,
            "next": next_month(month),
        }

    def _manifest(self, data: Path, month: date, columns: Sequence[str], at: datetime) -> dict[str, Any]:
        """As AWS writes it; `simulated` is ours."""
        return {
            "exportArn": f"arn:{self.environment.partition}:bcm-data-exports:us-east-1:{self.environment.account}:"
            f"export/{self.name}",
            "exportName": self.name,
            "createdAt": f"{at:%FT%TZ}",
            "billingPeriod": {"start": f"{month:%FT%T.000Z}", "end": f"{next_month(month):%FT%T.000Z}"},
            "columns": [{"name": name} for name in columns],
            "compression": "PARQUET",
            "contentType": "PARQUET",
            "dataFiles": [data.relative_to(self.folder).as_posix()],
            "simulated": True,
        }


def next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _write(rows: Sequence[Used], file: Path, values: dict[str, Any]) -> list[str]:
    """Returns the names of the columns."""
    import duckdb
    import pyarrow as pa

    quoted = "'" + str(file).replace("'", "''") + "'"
    arrays = {name: [_plain(getattr(row, name)) for row in rows] for name in FIELDS}
    arrays["tags"] = pa.array([list(row.tags.items()) for row in rows], pa.map_(pa.string(), pa.string()))
    with duckdb.connect() as db:
        db.register("plain", pa.table(arrays))
        typed = ", ".join(f"{name}::{kind} AS {name}" for name, kind in FIELDS.items())
        db.execute(f"CREATE TABLE charged AS SELECT {typed}, tags FROM plain")  # noqa: S608 - names of FIELDS
        db.execute(f"COPY ({QUERY}) TO {quoted} (FORMAT parquet, COMPRESSION snappy)", values)
        return [row[0] for row in db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(file)]).fetchall()]


def _plain(value: Any) -> Any:
    from decimal import Decimal

    return float(value) if isinstance(value, Decimal) else value
