"""Exports in a bucket, of the emulated AWS: the same mart, one file on the disk at a time."""

import shutil
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.request import Request, urlopen

import boto3
import pytest
from exported_bill import Charge, cur, delivered, focus_12, rows
from moto.server import ThreadedMotoServer

from groundway.errors import InvalidInput, Unavailable
from groundway.service import quiet
from groundway_ops.cost.bill.charges import COLUMNS
from groundway_ops.cost.bill.exports import sources
from groundway_ops.cost.bill.ingest import Ingested, ingest
from groundway_ops.cost.bill.mart import Mart

BUCKET = "bill-exports"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    urlopen(Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()  # servers share it
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "emulated",
        "AWS_SECRET_ACCESS_KEY": "emulated",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    yield f"s3://{BUCKET}"
    server.stop()


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return delivered(tmp_path / "focus", {"a.parquet": rows(focus_12), "b.csv.gz": rows(focus_12)})


def upload(folder: Path, prefix: str) -> None:
    """Data first, the manifest last, as AWS does."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        boto3.client("s3").upload_file(str(path), BUCKET, f"{prefix}/{path.relative_to(folder)}")


def held(mart: Mart) -> list[tuple]:
    with mart.connect() as db:
        return db.execute(f"SELECT {', '.join(COLUMNS)} FROM charges ORDER BY ALL").fetchall()


def became(done: Ingested) -> list[str]:
    return [month.what for month in done.months]


def test_a_bucket_gives_what_a_folder_does_and_holds_one_file_at_a_time(
    bucket: str, export: Path, tmp_path: Path
) -> None:
    upload(export, "focus")
    there, here = Mart(tmp_path / "there"), Mart(tmp_path / "here")
    spool: list[list[str]] = []
    ingest(there, f"{bucket}/focus", (), lambda _: spool.append([p.name for p in (there.folder / ".ingest").iterdir()]))
    ingest(here, str(export), (), quiet)
    assert held(there) == held(here) != []
    assert all(set(names) <= {"stage"} for names in spool), "what was fetched is gone when the next is"
    assert became(ingest(there, f"{bucket}/focus/", (), quiet)) == ["unchanged"]


def test_a_prefix_is_a_folder_and_no_beginning(bucket: str, export: Path, tmp_path: Path) -> None:
    upload(export, "focus-old")
    with pytest.raises(InvalidInput, match="s3://bill-exports/focus holds no export"):
        ingest(Mart(tmp_path / "mart"), f"{bucket}/focus", (), quiet)
    upload(delivered(tmp_path / "cur", {"a.csv.gz": rows(cur)}), "focus")
    assert became(ingest(Mart(tmp_path / "mart"), f"{bucket}/focus", (), quiet)) == ["new"]
    assert became(ingest(Mart(tmp_path / "other"), f"{bucket}/focus-old", [date(2026, 10, 1)], quiet)) == ["new"]


def test_a_refresh_under_way_is_refused(bucket: str, export: Path, tmp_path: Path) -> None:
    mart = Mart(tmp_path / "mart")
    upload(export, "focus")
    ingest(mart, f"{bucket}/focus", (), quiet)
    before = held(mart)
    time.sleep(1.1)  # S3 tells seconds
    delivered(export, {"a.parquet": rows(focus_12, [Charge("1")]), "b.csv.gz": rows(focus_12)})
    upload(export / "data", "focus/data")
    with pytest.raises(InvalidInput, match=r"a.parquet is newer than .*Manifest.json, which AWS writes last"):
        ingest(mart, f"{bucket}/focus", (), quiet)
    assert held(mart) == before
    upload(export / "metadata", "focus/metadata")
    assert became(ingest(mart, f"{bucket}/focus", (), quiet)) == ["replaced"]


def test_what_changes_while_it_is_read_is_refused(bucket: str, export: Path, tmp_path: Path) -> None:
    mart = Mart(tmp_path / "mart")
    key = "focus/data/BILLING_PERIOD=2026-10/b.csv.gz"
    made = rows(focus_12, [Charge("1")])
    upload(delivered(export, {"a.parquet": made, "b.csv.gz": made}), "focus")
    size = (export / "data" / "BILLING_PERIOD=2026-10" / "b.csv.gz").stat().st_size

    def refresh(_: str) -> None:
        boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"x" * size)

    with pytest.raises(InvalidInput, match=r"b.csv.gz changed while it was read: wait until the export is written"):
        ingest(mart, f"{bucket}/focus", (), refresh)
    assert not mart.periods()


def test_a_folder_that_changes_while_it_is_read_is_refused(export: Path, tmp_path: Path) -> None:
    data = export / "data" / "BILLING_PERIOD=2026-10"
    mart = Mart(tmp_path / "mart")
    with pytest.raises(InvalidInput, match=r"b.csv.gz changed while it was read"):
        ingest(mart, str(export), (), lambda _: shutil.copyfile(data / "a.parquet", data / "b.csv.gz"))
    assert not mart.periods()
    assert sources.source(str(export)).files()


def test_no_bucket_and_no_way_there(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match="s3://none/focus: there is no such bucket"):
        ingest(Mart(tmp_path / "mart"), "s3://none/focus", (), quiet)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(Unavailable, match="s3://bill-exports: Could not connect"):
        ingest(Mart(tmp_path / "mart"), bucket, (), quiet)
