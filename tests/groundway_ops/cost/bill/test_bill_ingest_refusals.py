"""What is half-written or cannot be read is refused, with its file and how to mend it; the mart stays as it was."""

import gzip
import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from exported_bill import COSTS, Charge, csv_gz, cur, delivered, focus_10, focus_12, parquet, rows

from groundway.errors import InvalidInput
from groundway.service import quiet
from groundway_ops.cost.bill.exports import flatten
from groundway_ops.cost.bill.ingest import ingest
from groundway_ops.cost.bill.mart import Mart

GOOD = rows(focus_12, [Charge("1"), Charge("2")])
MONTH = "BILLING_PERIOD=2026-10"
NEWER = "2026-10-09T00:00:00.000Z-b"


def row(**said: object) -> list[dict]:
    return [GOOD[0], {**GOOD[1], **said}]


def refused(mart: Mart, source: Path, told: str) -> None:
    """Refused with `told`, and the mart is what it was."""
    before = {file: file.read_bytes() for file in mart.files("charges")}
    with pytest.raises(InvalidInput, match=re.escape(told)) as error:
        ingest(mart, str(source), (), quiet)
    assert error.value.exit_code == 2
    assert {file: file.read_bytes() for file in mart.files("charges")} == before
    assert not [path for path in mart.folder.rglob(".*") if path.name != ".lock"], "nothing is left behind"


def accepted(mart: Mart, source: Path) -> None:
    ingest(mart, str(source), (), quiet)
    assert mart.periods() == [date(2026, 10, 1)]


@pytest.fixture
def mart(tmp_path: Path) -> Mart:
    return Mart(tmp_path / "mart")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return delivered(tmp_path / "focus", {"a.parquet": GOOD, "b.csv.gz": GOOD})


def missing(folder: Path) -> None:
    (folder / "data" / MONTH / "b.csv.gz").unlink()


def empty(folder: Path) -> None:
    (folder / "data" / MONTH / "b.csv.gz").write_bytes(b"")


def without_manifest(folder: Path) -> None:
    (folder / "metadata" / MONTH / "focus-Manifest.json").unlink()


def cut_manifest(folder: Path) -> None:
    (folder / "metadata" / MONTH / "focus-Manifest.json").write_text('{"dataFiles": [')


def names_nothing(folder: Path) -> None:
    (folder / "metadata" / MONTH / "focus-Manifest.json").write_text('{"dataFiles": []}')


def cut_gzip(folder: Path) -> None:
    path = folder / "data" / MONTH / "b.csv.gz"
    path.write_bytes(path.read_bytes()[:-4])  # even that much: DuckDB would read it as whole


def spoiled_gzip(folder: Path) -> None:
    path = folder / "data" / MONTH / "b.csv.gz"
    spoiled = bytearray(path.read_bytes())
    spoiled[len(spoiled) // 2] ^= 255
    path.write_bytes(spoiled)


def cut_parquet(folder: Path) -> None:
    path = folder / "data" / MONTH / "a.parquet"
    path.write_bytes(path.read_bytes()[:-100])


def no_parquet(folder: Path) -> None:
    (folder / "data" / MONTH / "a.parquet").write_bytes(b"<html>")


def another_month(folder: Path) -> None:
    parquet(folder / "data" / MONTH / "a.parquet", rows(focus_12, [Charge("1", period="2026-09")]))


def no_month(folder: Path) -> None:
    for half in ("data", "metadata"):
        (folder / half / MONTH).rename(folder / half / "BILLING_PERIOD=2026-13")


def stray(folder: Path) -> None:
    parquet(folder / "a.parquet", GOOD)


def being_written(folder: Path) -> None:
    parquet(folder / "data" / MONTH / NEWER / "a.parquet", GOOD)


def of_two_formats(folder: Path) -> None:
    csv_gz(folder / "data" / MONTH / "b.csv.gz", rows(cur))


def without_rows(folder: Path) -> None:
    delivered(folder, {"a.csv.gz": GOOD})
    text = ",".join(GOOD[0]) + "\n"
    (folder / "data" / MONTH / "a.csv.gz").write_bytes(gzip.compress(text.encode()))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            missing,
            f"names s3://acme-bill/focus/data/{MONTH}/b.csv.gz, which is not in data/{MONTH}: copy the export again",
        ),
        (empty, f"data/{MONTH}/b.csv.gz is empty: it is still being written"),
        (without_manifest, f"data/{MONTH} has no manifest in metadata/{MONTH}"),
        (cut_manifest, "focus-Manifest.json is no manifest of a data export"),
        (names_nothing, "focus-Manifest.json names no file"),
        (cut_gzip, f"data/{MONTH}/b.csv.gz cannot be read, it seems to be cut off; copy it again"),
        (spoiled_gzip, f"data/{MONTH}/b.csv.gz cannot be read"),
        (cut_parquet, f"data/{MONTH}/a.parquet cannot be read, it seems to be cut off; copy it again"),
        (no_parquet, f"data/{MONTH}/a.parquet cannot be read"),
        (another_month, f"data/{MONTH}/a.parquet lies under 2026-10 and has rows of 2026-09"),
        (no_month, "'2026-13' is no month"),
        (stray, "a.parquet, which belongs to none"),
        (being_written, f"{NEWER} is newer than what"),
        (of_two_formats, f"data/{MONTH}/b.csv.gz is CUR 2.0, what came before it FOCUS 1.2"),
        (without_rows, "holds no charges"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_half_written(mart: Mart, export: Path, spoil: Callable[[Path], None], told: str) -> None:
    of_before = Mart(mart.folder.with_name("before"))
    accepted(of_before, export)
    spoil(export)
    refused(mart, export, told)
    refused(of_before, export, told)


def test_an_execution_of_its_own_is_read_once_it_has_its_manifest(mart: Mart, export: Path) -> None:
    being_written(export)
    refused(mart, export, "run again when it is done, or remove that folder if it broke off")
    delivered(export, {"a.parquet": GOOD[:1]}, execution=NEWER)
    accepted(mart, export)
    with mart.connect() as db:
        assert db.execute("SELECT sum(billed) FROM charges").fetchone() == (Decimal(1),), "the latest only"


def test_a_folder_within_an_export_is_none(mart: Mart, export: Path, tmp_path: Path) -> None:
    refused(mart, export / "data" / MONTH, "name the export's own folder")
    refused(mart, export / "data", "name the export's own folder")
    refused(mart, tmp_path / "none", "there is no folder")
    refused(mart, Path("gs://bucket"), "exports are read from a folder or from s3://bucket/prefix")
    (tmp_path / "nothing").mkdir()
    refused(mart, tmp_path / "nothing", "holds no export")
    accepted(mart, export)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (row(BilledCost="12x"), "a.csv.gz, row 2: BilledCost is '12x', which cannot be read as DECIMAL(18, 10)"),
        (row(BilledCost="123456789"), "row 2: BilledCost is '123456789', which cannot be read as DECIMAL(18, 10)"),
        (row(EffectiveCost="NaN"), "row 2: EffectiveCost is 'NaN'"),
        (row(BilledCost=""), "row 2 has no billed"),
        (row(BillingAccountId=""), "row 2 has no billing_account"),
        (row(BillingCurrency=""), "row 2 has no currency"),
        (row(ChargeCategory=""), "row 2 has no category"),
        (row(ChargePeriodStart="yesterday"), "row 2: ChargePeriodStart is 'yesterday', which cannot be read"),
        (row(Tags='{"team":'), "row 2: Tags is '{\"team\":', which cannot be read"),
        (row(BillingAccountId="../x"), "'../x' is no billing account"),
        ([{k: v for k, v in GOOD[0].items() if k != "Tags"}], "a.csv.gz: FOCUS 1.2 without Tags; add it to the query"),
        ([{**GOOD[0], "ServiceProviderName": "AWS"}], "newer than FOCUS 1.2 (it has ServiceProviderName)"),
        ([{**GOOD[0], "ChargeSubcategory": ""}], "older than FOCUS 1.0 (it has ChargeSubcategory)"),
        ([{"lineItem/UnblendedCost": "1"}], "a Cost and Usage Report of before 2.0"),
        ([{"a": "1", "b": "2"}], "a.csv.gz is neither FOCUS nor CUR 2.0: it has a, b ..."),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_cannot_be_read(mart: Mart, tmp_path: Path, made: list[dict], told: str) -> None:
    refused(mart, csv_gz(tmp_path / "x" / "a.csv.gz", made).parent, told)


def test_what_can_be_read(mart: Mart, tmp_path: Path) -> None:
    fine = [
        *row(BilledCost="99999999.9999999999", EffectiveCost="1.25E-5"),
        *row(Tags=" {} ", ChargePeriodStart="2026-10-02T01:00:00+02:00"),
    ]
    accepted(mart, csv_gz(tmp_path / "x" / "a.csv.gz", fine).parent)
    with mart.connect() as db:
        assert db.execute("SELECT max(billed), min(effective), max(start)::VARCHAR FROM charges").fetchone() == (
            Decimal("99999999.9999999999"),
            Decimal("0.0000125"),
            "2026-10-01 23:00:00",
        )


def test_a_column_of_another_type(mart: Mart, tmp_path: Path) -> None:
    exact = parquet(tmp_path / "x" / "a.parquet", GOOD, amounts=pa.float32()).parent
    refused(mart, exact, "a.parquet: BilledCost is FLOAT, and should be a decimal, a double or text")
    accepted(mart, parquet(exact / "a.parquet", GOOD).parent)


@pytest.mark.parametrize("amounts", [pa.float64(), pa.decimal128(38, 18)], ids=str)
def test_a_row_of_parquet_is_named_too(mart: Mart, tmp_path: Path, amounts: pa.DataType) -> None:
    bad = parquet(tmp_path / "x" / "a.parquet", row(BilledCost="123456789.5"), amounts=amounts).parent
    refused(mart, bad, "a.parquet, row 2: BilledCost is '123456789.5")


def test_rounding_may_not_take_what_could_be_billed(
    mart: Mart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = csv_gz(tmp_path / "x" / "a.csv.gz", row(BilledCost="0.00000000004")).parent
    monkeypatch.setattr(flatten, "ROUNDED", Decimal("0.00000000004"))
    refused(mart, fine, "rounding would take 0.00000000004")
    monkeypatch.undo()
    accepted(mart, fine)


def test_doubles_are_the_decimals_that_they_are_printed_as(mart: Mart, tmp_path: Path) -> None:
    said = [
        "0.1",
        "0.3",
        "123.4567890123",
        "999.9999999999",
        "54321.1234567891",
        "0.00000000015",
        "0.00000000025",
        "-1e-10",
    ]
    made = [{**GOOD[0], **dict.fromkeys(COSTS & GOOD[0].keys(), value)} for value in said]
    accepted(mart, parquet(tmp_path / "x" / "a.parquet", made).parent)
    want = {Decimal(value).quantize(Decimal("1e-10")) for value in said}  # half to even, as decimal does
    with mart.connect() as db:
        assert {value for (value,) in db.execute("SELECT billed FROM charges").fetchall()} == want


def test_currencies_are_kept_apart(mart: Mart, tmp_path: Path) -> None:
    made = rows(focus_10, [Charge("1"), Charge("2", currency="EUR")])
    done = ingest(mart, str(parquet(tmp_path / "x" / "a.parquet", made).parent), (), quiet)
    totals = done.months[0].facts["totals"]
    assert {currency: Decimal(said["billed"]["mart"]) for currency, said in totals.items()} == {"USD": 1, "EUR": 2}
    assert json.dumps(totals)
