"""Unit costs: what a run, a thousand predictions and a GPU-hour cost, out of all charges, with none counted twice."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from small_bill import charge, mart_of

from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import make
from groundway_ops.cost.bill.reports.question import Question
from groundway_ops.cost.bill.reports.record import Report

THREE = datetime(2026, 10, 1, 3)
DELAY = {"model": "delay", "environment": "prod", "team": "demand"}
SHARED = {"model": "shared", "run": "standing", "team": "platform", "environment": "prod"}


def of_run(run: str, cost: str, **said: Any) -> dict[str, Any]:
    return charge({**DELAY, "run": run}, effective=cost, **said)


def record(run: str, status: str = "FINISHED", **said: Any) -> dict[str, Any]:
    return {"run": run, **DELAY, "started": THREE, "ended": THREE, "status": status, **said}


def made(rows: int | None, environment: str = "prod", day: int = 1) -> dict[str, Any]:
    return {"day": date(2026, 10, day), "model": "delay", "environment": environment, "version": "1", "rows": rows}


def pod(name: str, cpus: float, **said: Any) -> dict[str, Any]:
    asked = {"gpus": 0, "cpus": cpus, "memory_gb": 0, "node_gpus": 0, "node_cpus": 8, "node_memory_gb": 32}
    return {"hour": THREE, "instance": "i-0aaaa", "namespace": "ml", "pod": name, **asked, **said}


def asked(mart: Mart, **question: Any) -> Report:
    return make("units", mart, Question.of(mart, **question))


def rows(report: Report, unit: str) -> list[dict[str, Any]]:
    return [{**row} for row in report.records() if row["unit"] == unit]


def test_training_runs(tmp_path: Path) -> None:
    costs = {"r1": "1", "r2": "2", "r3": "3", "r4": "10"}
    mart = mart_of(
        tmp_path,
        [*(of_run(run, cost) for run, cost in costs.items()), of_run("r1", "1", service="Amazon S3")],
        runs=[record("r1"), record("r2", "KILLED"), record("r3"), record("r4", "FAILED")],
    )
    [runs] = rows(asked(mart), "training run")
    assert runs == {
        "unit": "training run",
        "model": "delay",
        "environment": "prod",
        "units": 4,
        "spend": 17,
        "per unit": Decimal("4.25"),
        "median": 2,
        "95th percentile": 10,
        "failed": 2,
        "spent on failed": 12,
    }


def test_predictions_by_model_and_environment(tmp_path: Path) -> None:
    mart = mart_of(
        tmp_path,
        [
            charge(DELAY | {"run": "standing"}, effective="5", resource="endpoint"),
            charge(DELAY, effective="1", resource="bucket"),  # without a run
            charge(DELAY | {"environment": "dev"}, effective="4"),
            of_run("r1", "100"),
        ],
        runs=[record("r1")],
        predictions=[made(2_000), made(1_000, day=2), made(500, "dev"), made(7, "staging")],
    )
    report = asked(mart)
    told = [(r["environment"], r["units"], r["spend"], r["per unit"]) for r in rows(report, "1,000 predictions")]
    assert told == [("prod", 3, 6, 2), ("dev", 0.5, 4, 8)]
    assert report.total == 110


def test_without_a_number_of_predictions_there_is_no_price_of_one(tmp_path: Path) -> None:
    report = asked(mart_of(tmp_path, [charge(DELAY, effective="5")]))
    [row] = rows(report, "1,000 predictions")
    assert (row["units"], row["spend"], row["per unit"]) == (None, 5, None)
    assert any("groundway cost collect predictions" in note for note in report.notes)


def test_pods_bring_their_share_of_shared_nodes(tmp_path: Path) -> None:
    mart = mart_of(
        tmp_path,
        [charge(SHARED, resource="i-0aaaa", effective="8"), of_run("r1", "1", resource="volume")],
        pods=[pod("train", 4, **DELAY, run="r1"), pod("serve", 2, **DELAY, run="standing"), pod("dns", 1)],
        runs=[record("r1")],
        predictions=[made(1_000)],
    )
    report = asked(mart)
    assert rows(report, "training run")[0]["spend"] == 5
    assert rows(report, "1,000 predictions")[0]["spend"] == 2
    assert rows(report, "(none of these)")[0]["spend"] == 2
    assert report.total == 9


@pytest.mark.parametrize("model", ["delay", "shared", None])
def test_a_node_of_a_run_is_that_runs_alone(tmp_path: Path, model: str | None) -> None:
    mart = mart_of(
        tmp_path,
        [charge({**DELAY, "run": "r1", "model": model}, effective="8", resource="i-0aaaa")],
        pods=[pod("train", 2, **DELAY, run="r1"), pod("serve", 6, **DELAY, run="standing")],
        runs=[record("r1")],
    )
    report = asked(mart)
    assert rows(report, "training run")[0]["spend"] == 8
    assert rows(report, "1,000 predictions") == []


def test_a_node_of_a_model_is_that_models_alone(tmp_path: Path) -> None:
    mart = mart_of(
        tmp_path,
        [charge({**DELAY, "run": "standing"}, effective="8", resource="i-0aaaa")],
        pods=[pod("dns", 2, model="shared")],
    )
    assert [row["spend"] for row in rows(asked(mart), "1,000 predictions")] == [8]


def test_runs_that_only_the_bill_or_only_the_registry_knows_are_named(tmp_path: Path) -> None:
    mart = mart_of(
        tmp_path,
        [of_run("r1", "1"), of_run("lost", "3")],
        runs=[record("r1"), record("free"), record("later", started=datetime(2026, 11, 1))],
    )
    notes = asked(mart).notes
    assert any("no record knows: 1, for 3.00 (lost)" in note for note in notes)
    assert any("cost nothing on the bill: 1 (free)" in note for note in notes)
    assert asked(mart_of(tmp_path / "whole", [of_run("r1", "1")], runs=[record("r1")])).notes == ()


def test_gpu_hours_count_money_of_other_rows_and_are_not_summed(tmp_path: Path) -> None:
    node = of_run("r1", "10", resource="i-0aaaa", usage_type="EUW1-BoxUsage:g5.xlarge", quantity=2.0)
    hour = {"hour": THREE, "instance": "i-0aaaa", "gpu": "0", "team": "demand"}
    mart = mart_of(tmp_path, [node], gpus=[{**hour, "hours": 1, "useful": 0.25, "underused": 0.25, "idle": 0.5}])
    report = asked(mart)
    [row] = rows(report, "GPU-hour worked")
    assert (row["units"], row["spend"], row["per unit"]) == (0.5, None, 10)  # 5 for the measured hour
    assert report.total == 10


def test_a_team_and_a_month(tmp_path: Path) -> None:
    mart = mart_of(
        tmp_path,
        [
            of_run("r1", "1"),
            charge({**DELAY, "team": "search"}, effective="2"),
            of_run("r0", "4", day=date(2026, 9, 3)),
        ],
        runs=[record("r1"), record("r0")],
    )
    assert asked(mart).total == 3
    report = asked(mart, where={"team": "demand"})
    assert (report.total, rows(report, "training run")[0]["units"]) == (1, 1)
    assert asked(mart, first="2026-09", last="2026-10").total == 7
