"""The bill of `whole_bill` as files: an export as AWS delivers it, and what was measured, for docs/finance-tutorial.md.
Write them anew with

    .venv/bin/python tests/groundway_ops/cost/bill/example_export.py docs/examples
"""

import csv
import gzip
import hashlib
import io
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pyarrow as pa
import pyarrow.parquet as pq
import whole_bill
from small_bill import TAGGED

COLUMNS = {  # FOCUS 1.2 -> column of charges
    "BilledCost": "billed",
    "BillingAccountId": "billing_account",
    "BillingCurrency": "currency",
    "BillingPeriodStart": "period",
    "ChargeCategory": "category",
    "ChargeClass": None,
    "ChargeDescription": "description",
    "ChargePeriodEnd": "until",
    "ChargePeriodStart": "start",
    "ConsumedQuantity": "quantity",
    "ConsumedUnit": "unit",
    "EffectiveCost": "effective",
    "ListCost": "list",
    "PricingCategory": "pricing",
    "RegionId": "region",
    "ResourceId": "resource",
    "ServiceName": "service",
    "SkuMeter": "usage_type",
    "SubAccountId": "account",
    "x_Operation": "operation",
    "x_ServiceCode": "service_code",
}
SAMPLED = date(2026, 10, 1), date(2026, 10, 31)


def files() -> Iterator[tuple[str, bytes]]:
    """Path below the folder of examples, and content."""
    months: dict[date, list[dict[str, Any]]] = {}
    for charge in whole_bill.charges():
        months.setdefault(charge["period"], []).append(charge)
    for month, charges in months.items():
        period = f"BILLING_PERIOD={month:%Y-%m}"
        data = gzip.compress(_table([_line(charge) for charge in charges]), mtime=0)
        yield f"bill/data/{period}/bill-00001.csv.gz", data
        yield f"bill/metadata/{period}/bill-Manifest.json", _manifest(f"bill/data/{period}/bill-00001.csv.gz", data)
    yield "activity/runs.csv", _table([whole_bill.run(day) for day in whole_bill.TRAINING])
    yield "activity/predictions.csv", _table(list(whole_bill.predictions()))
    yield "activity/gpus.parquet", _parquet(list(_samples()))


def _line(charge: dict[str, Any]) -> dict[str, Any]:
    tags = {name.replace("_", "-"): charge[name] for name in TAGGED if charge.get(name)}
    return {name: charge[column] if column else None for name, column in COLUMNS.items()} | {"Tags": json.dumps(tags)}


def _manifest(name: str, data: bytes) -> bytes:
    """It changes with the data, so that whatever copies one copies the other, and later."""
    said = {"simulated": True, "executionId": hashlib.sha256(data).hexdigest(), "dataFiles": [f"s3://example/{name}"]}
    return json.dumps(said, indent=2).encode() + b"\n"


def _table(rows: list[dict[str, Any]]) -> bytes:
    written = io.StringIO()
    made = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    made.writeheader()
    made.writerows(rows)
    return written.getvalue().encode()


def _samples() -> Iterator[dict[str, Any]]:
    """Every five minutes, what `whole_bill` says of the hours: at 60 % activity, a GPU is used by three quarters."""
    time = datetime(SAMPLED[0].year, SAMPLED[0].month, SAMPLED[0].day)
    while time.date() <= SAMPLED[1]:
        had = time.hour < 12
        who = {**whole_bill.owner(whole_bill.DEMAND), "run": "standing"}
        yield {
            "time": time,
            "instance": whole_bill.NODE,
            "gpu": "0",
            "namespace": "demand" if had else None,
            "pod": "store-demand-0" if had else None,
            **{name: value if had else None for name, value in who.items()},
            "sm_active": 0.6 if time.hour < 8 else 0.01,
            "dram_active": 0.2 if time.hour < 8 else 0.0,
        }
        time += timedelta(minutes=5)


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    written = pa.BufferOutputStream()
    others = [name for name in rows[0] if name != "time"]
    small = {"use_dictionary": others, "column_encoding": {"time": "DELTA_BINARY_PACKED"}}
    pq.write_table(pa.Table.from_pylist(rows), written, compression="zstd", **small)
    return bytes(written.getvalue().to_pybytes())


if __name__ == "__main__":
    for place, content in files():
        file = Path(sys.argv[1]) / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
