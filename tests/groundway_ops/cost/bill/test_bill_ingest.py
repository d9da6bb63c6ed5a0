"""Exports of the bill become the mart: whichever format they have, the same mart; and never half of it."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner
from exported_bill import (
    CHARGES,
    MAKERS,
    NODE,
    Charge,
    columns,
    csv_gz,
    cur,
    delivered,
    focus_10,
    focus_12,
    parquet,
    rows,
)

from groundway.errors import InvalidInput, Unavailable
from groundway.service import quiet
from groundway_ops.cost.bill import ingest as ingesting
from groundway_ops.cost.bill.charges import COLUMNS
from groundway_ops.cost.bill.exports import cur as cur_export
from groundway_ops.cost.bill.exports import focus as focus_export
from groundway_ops.cost.bill.ingest import Ingested, facts
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.commands import cost

OCTOBER = date(2026, 10, 1)


def ingest(mart: Mart, source: Path | str, *periods: date) -> Ingested:
    return ingesting.ingest(mart, str(source), periods, quiet)


def held(mart: Mart) -> list[tuple]:
    with mart.connect() as db:
        return db.execute(f"SELECT {', '.join(COLUMNS)} FROM charges ORDER BY ALL").fetchall()


def became(done: Ingested) -> list[tuple[str, str, str]]:
    return [(month.payer, month.period, month.what) for month in done.months]


def total(mart: Mart, metric: str = "billed") -> Decimal | None:
    with mart.connect() as db:
        return db.execute(f"SELECT sum({metric}) FROM charges").fetchone()[0]


@pytest.fixture
def mart(tmp_path: Path) -> Mart:
    return Mart(tmp_path / "mart")


# What CUR cannot say as FOCUS does is left out of the charges that are compared: a discount without its commitment.
SAME = tuple(replace(charge, effective=None) for charge in CHARGES)


def test_every_format_gives_the_same_mart_row_by_row(tmp_path: Path) -> None:
    want = None
    for export, maker in MAKERS.items():
        for shape in ("bare", "user:", "user_", "underscored"):
            made = rows(maker, SAME, shape)
            texts = parquet(tmp_path / f"{export}-{shape}-text" / "a.parquet", made, amounts=pa.decimal128(38, 18))
            for source in (
                parquet(tmp_path / f"{export}-{shape}-map" / "a.parquet", made),
                parquet(tmp_path / f"{export}-{shape}-json" / "a.parquet", made, json_tags=True),
                csv_gz(tmp_path / f"{export}-{shape}-csv" / "a.csv.gz", made),
                texts,
            ):
                mart = Mart(tmp_path / "marts" / source.parent.name)
                ingest(mart, source.parent)
                want = want or held(mart)
                assert held(mart) == want, source
    assert want
    assert len(want) == len(CHARGES)


@pytest.mark.parametrize(("export", "form"), [("focus", focus_export), ("cur", cur_export)])
def test_our_own_exports_have_every_column_that_is_read(export: str, form: Any) -> None:
    spare = {"x_UsageType"}  # FOCUS 1.0's, where 1.2 has SkuMeter
    read = {*form.NEEDED, *form.OPTIONAL, *getattr(form, "USAGE_TYPE", ()), *getattr(form, "SPARE", ())} - spare
    assert read <= set(columns(export))


def test_charges_as_the_mart_has_them(tmp_path: Path, mart: Mart) -> None:
    parquet(tmp_path / "x" / "a.parquet", rows(focus_12))
    ingest(mart, tmp_path / "x")
    with mart.connect() as db:
        found = db.execute("SELECT billed, effective, team, cost_center, run, other_tags FROM charges ORDER BY billed")
        by_cost = {row[0]: row[1:] for row in found.fetchall()}
    assert by_cost[Decimal("12.3456789012")] == (Decimal("10.5"), "demand", "cc-1001", "standing", None)
    assert by_cost[Decimal("0.0000000001")][-1] == '{"aws:created":"Root:1","purpose":"say \\"hi\\""}'
    assert by_cost[Decimal("1.1")] == (Decimal("1.1"), "demand", None, None, None), "an empty tag is none"


@pytest.mark.parametrize(("key", "taken"), [("team", True), ("user:team", True), ("user_team", True), ("Team", False)])
def test_a_key_in_other_letters_is_another_key(tmp_path: Path, mart: Mart, key: str, taken: bool) -> None:
    parquet(tmp_path / "x" / "a.parquet", rows(focus_12, [Charge("1", tags=((key, "demand"),))]))
    ingest(mart, tmp_path / "x")
    with mart.connect() as db:
        found = db.execute("SELECT team, other_tags FROM charges").fetchone()
    assert found == (("demand", None) if taken else (None, '{"Team":"demand"}'))


def test_cur_as_focus_would_say_it(tmp_path: Path, mart: Mart) -> None:
    usage = cur(Charge("10"))
    kinds = {
        "DiscountedUsage": {"line_item_unblended_cost": "0", "reservation_effective_cost": "6"},
        "SavingsPlanCoveredUsage": {"savings_plan_savings_plan_effective_cost": "7"},
        "SavingsPlanNegation": {"line_item_unblended_cost": "-10"},
        "RIFee": {"line_item_unblended_cost": "100"},
        "SavingsPlanRecurringFee": {"line_item_unblended_cost": "7"},
        "SavingsPlanUpfrontFee": {"line_item_unblended_cost": "50"},
        "Fee": {"line_item_unblended_cost": "40", "reservation_reservation_a_r_n": "arn:aws:ec2:::reserved/1"},
        "EdpDiscount": {"line_item_unblended_cost": "-1", "pricing_public_on_demand_cost": None},
    }
    made = [{**usage, **said, "line_item_line_item_type": kind} for kind, said in kinds.items()]
    parquet(tmp_path / "x" / "a.parquet", made)
    ingest(mart, tmp_path / "x")
    with mart.connect() as db:
        found = db.execute("SELECT billed, effective, list, category, pricing FROM charges").fetchall()
    assert {(*map(int, amounts), category, pricing) for *amounts, category, pricing in found} == {
        (0, 6, 10, "Usage", "Committed"),
        (10, 7, 10, "Usage", "Committed"),
        (-10, 0, 0, "Usage", "Committed"),
        (100, 0, 10, "Purchase", "Standard"),
        (7, 0, 10, "Purchase", "Standard"),
        (50, 0, 10, "Purchase", "Standard"),
        (40, 0, 10, "Purchase", "Standard"),
        (-1, -1, 0, "Adjustment", None),
    }


def test_pods_that_share_a_node_are_not_charged_again(tmp_path: Path, mart: Mart) -> None:
    node = cur(Charge("10"))
    pod = {**node, "line_item_unblended_cost": "0", "split_line_item_parent_resource_id": NODE}
    parquet(tmp_path / "x" / "a.parquet", [node, pod, pod])
    done = ingest(mart, tmp_path / "x")
    assert total(mart) == 10
    assert len(held(mart)) == 1
    assert done.months[0].facts["left_out"] == 2
    csv_gz(tmp_path / "y" / "a.csv.gz", [node, {**pod, "line_item_unblended_cost": "1"}])
    with pytest.raises(InvalidInput, match=r"a.csv.gz, row 2: a pod's share"):
        ingest(mart, tmp_path / "y")


def test_the_same_export_again_changes_nothing_and_a_corrected_one_replaces(tmp_path: Path, mart: Mart) -> None:
    source = delivered(tmp_path / "focus", {"f-1.snappy.parquet": rows(focus_12), "f-2.snappy.parquet": rows(focus_12)})
    assert became(ingest(mart, source)) == [("999999999999", "2026-10", "new")]
    file = mart.file("charges", OCTOBER, "999999999999")
    before, was = held(mart), (file.stat().st_mtime_ns, file.stat().st_ino)
    for path in source.rglob("*.parquet"):
        os.utime(path)  # copied again
    assert became(ingest(mart, source)) == [("999999999999", "2026-10", "unchanged")]
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == was
    delivered(source, {"f-1.snappy.parquet": rows(focus_12, [Charge("5")])})
    assert became(ingest(mart, source)) == [("999999999999", "2026-10", "replaced")]
    assert total(mart) == 5
    assert len(before) == 2 * len(CHARGES), "what the manifest names no more is not read"


def test_another_format_of_the_same_month_replaces(tmp_path: Path, mart: Mart) -> None:
    ingest(mart, delivered(tmp_path / "focus", {"a.parquet": rows(focus_12, SAME)}))
    before = held(mart)
    done = ingest(mart, delivered(tmp_path / "cur", {"a.csv.gz": rows(cur, SAME)}))
    assert became(done) == [("999999999999", "2026-10", "replaced")]
    assert held(mart) == before


def test_payers_have_files_of_their_own_and_go_with_their_rows(tmp_path: Path, mart: Mart) -> None:
    both = [Charge("1"), Charge("2", payer="888888888888")]
    source = delivered(tmp_path / "focus", {"a.parquet": rows(focus_12, both)})
    ingest(mart, delivered(source, {"a.parquet": rows(focus_12, [Charge("4", period="2026-09")])}, "2026-09"))
    assert sorted(facts(mart)) == [
        ("888888888888", OCTOBER),
        ("999999999999", date(2026, 9, 1)),
        ("999999999999", OCTOBER),
    ]
    delivered(source, {"a.parquet": rows(focus_12, both[:1])})
    assert became(ingest(mart, source))[-1] == ("888888888888", "2026-10", "removed")
    assert total(mart) == 5


def test_both_exports_of_a_bucket_at_once_are_refused(tmp_path: Path, mart: Mart) -> None:
    delivered(tmp_path / "bill" / "cur", {"a.parquet": rows(cur)})
    ingest(mart, tmp_path / "bill")
    delivered(tmp_path / "bill" / "focus", {"a.parquet": rows(focus_12)})
    before = held(mart)
    with pytest.raises(InvalidInput, match="twice, the second time in focus 2026-10: name the folder of one export"):
        ingest(mart, tmp_path / "bill")
    assert held(mart) == before


def test_a_month_of_several(tmp_path: Path, mart: Mart) -> None:
    several = [Charge("1"), Charge("2", period="2026-09"), Charge("3", payer="8")]
    made = rows(focus_12, several)
    for source in (parquet(tmp_path / "p" / "a.parquet", made), csv_gz(tmp_path / "c" / "a.csv.gz", made)):
        one = Mart(mart.folder / source.parent.name)
        assert became(ingest(one, source.parent, date(2026, 9, 1))) == [("999999999999", "2026-09", "new")]
        assert total(one) == 2
        assert {what for *_, what in became(ingest(one, source.parent))} == {"new", "replaced"}
        assert total(one) == 6
    with pytest.raises(InvalidInput, match="holds no 2026-08; there are 2026-10"):
        ingest(mart, delivered(tmp_path / "focus", {"a.parquet": rows(focus_12)}), date(2026, 8, 1))


def test_what_the_mart_says_it_was_made_of(tmp_path: Path, mart: Mart) -> None:
    exact = [Charge("0.12345678905"), Charge("0.12345678915"), Charge("1")]
    csv_gz(tmp_path / "x" / "a.csv.gz", rows(focus_10, exact))
    ingest(mart, tmp_path / "x")
    said = facts(mart)["999999999999", OCTOBER]
    billed = said["totals"]["USD"]["billed"]
    assert (said["format"], said["rows"], said["files"][0]["name"]) == ("FOCUS 1.0", 3, "a.csv.gz")
    assert Decimal(billed["source"]) == Decimal("1.2469135782")
    assert Decimal(billed["mart"]) == total(mart) == Decimal("1.2469135782"), "half to even: one down, one up"
    assert Decimal(billed["rounded"]) == 0


def test_two_at_once_and_what_a_dead_one_left(tmp_path: Path, mart: Mart) -> None:
    source = parquet(tmp_path / "x" / "a.parquet", rows(focus_12)).parent
    dead = 4194305  # beyond any process's id
    left = [
        mart.folder / ".ingest" / "0",
        mart.folder / "charges" / "9" / f".2026-10.parquet.{dead}",
        mart.folder / f"spill.{dead}" / "duckdb_temp_storage.tmp",
    ]
    lives = mart.folder / f"spill.{os.getppid()}" / "duckdb_temp_storage.tmp"
    left.append(lives)
    for path in left:
        path.parent.mkdir(parents=True)
        path.write_text("half")
    with ingesting._alone(mart), pytest.raises(Unavailable, match=f"another ingest .process {os.getpid()}. writes to"):
        ingest(mart, source)
    ingest(mart, source)
    assert [path for path in left if path.exists()] == [lives]
    assert not (mart.folder / ".ingest").exists()


def test_killed_in_the_middle_leaves_the_month_that_was(tmp_path: Path, mart: Mart) -> None:
    source = delivered(tmp_path / "focus", {"a.parquet": rows(focus_12)})
    ingest(mart, source)
    before = held(mart)
    delivered(source, {f"{n}.csv.gz": rows(focus_12, [Charge("1")] * 500) for n in range(300)})
    command = [Path(sys.executable).with_name("groundway"), "cost", "ingest", source, "--mart", mart.folder]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    while "(3 of 300)" not in running.stderr.readline():
        assert running.poll() is None
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stderr.close()
    assert (mart.folder / ".ingest").exists(), "it was in the middle"
    assert held(mart) == before
    delivered(source, {"a.parquet": rows(focus_12, [Charge("2")])})
    ingest(mart, source)
    assert total(mart) == 2
    assert not (mart.folder / ".ingest").exists()


def test_the_command(tmp_path: Path) -> None:
    source = delivered(tmp_path / "focus", {"a.parquet": rows(focus_12)})
    asked = ["ingest", str(source), "--mart", str(tmp_path / "mart")]
    found = CliRunner().invoke(cost, [*asked, "--json"])
    months = json.loads(found.stdout)["months"]
    assert [(month["period"], month["what"], month["rows"]) for month in months] == [("2026-10", "new", len(CHARGES))]
    again = CliRunner().invoke(cost, asked)
    assert "2026-10  payer 999999999999  unchanged: FOCUS 1.2, 7 charges, billed 106.20 USD" in again.stdout
    assert CliRunner().invoke(cost, ["ingest", str(tmp_path / "none")]).exit_code == 2
    assert CliRunner().invoke(cost, [*asked, "--period", "October"]).exit_code == 2


def test_unknown_columns_are_told_once(tmp_path: Path, mart: Mart) -> None:
    made = [{**row, "x_New": "1"} for row in rows(focus_12)]
    source = delivered(tmp_path / "focus", {"a.csv.gz": made, "b.csv.gz": made})
    told = [notice for notice in ingest(mart, source).notices if "x_New" in notice]
    assert told == ["columns that FOCUS 1.2 is not known to have, and that are not read: x_New"]
    other = delivered(tmp_path / "plain", {"a.csv.gz": rows(focus_12)})
    assert not ingest(mart, other).notices
