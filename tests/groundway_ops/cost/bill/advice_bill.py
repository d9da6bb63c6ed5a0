"""Bills for tests of advice: whole months of a charge, and what was recorded beside it."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from small_bill import TAGGED, charge, mart_of

from groundway_ops.cost.bill.advice.thresholds import Thresholds
from groundway_ops.cost.bill.reports import advice
from groundway_ops.cost.bill.reports.question import Question
from groundway_ops.cost.bill.reports.record import Report

FIRST = date(2026, 10, 1)
MODEL = {"team": "demand", "project": "forecasting", "model": "delays"}


def daily(
    usage_type: str,
    resource: str,
    amount: str,
    quantity: float,
    days: int = 31,
    first: date = FIRST,
    tags: dict[str, str] | None = None,
    **said: Any,
) -> list[dict[str, Any]]:
    """A charge on each of `days` days, with the tags of `TAGGED` but for those that are told."""
    return [
        charge(
            {**TAGGED, **(tags or {})},
            usage_type=usage_type,
            resource=resource,
            effective=amount,
            quantity=quantity,
            day=first + timedelta(days=day),
            **said,
        )
        for day in range(days)
    ]


def predictions(requests: int, days: int = 31, environment: str = "prod", model: str = "delays") -> list[dict]:
    """As many requests on each day."""
    return [
        {**MODEL, "model": model, "environment": environment, "day": FIRST + timedelta(days=day), "version": "1"}
        | {"requests": requests, "rows": requests}
        for day in range(days)
    ]


def gpu_hours(instance: str, gpus: int = 1, hours: int = 24 * 31, **parts: float) -> Iterator[dict[str, Any]]:
    """Every GPU of an instance, hour by hour; `parts` of an hour: useful, underused, idle, unallocated, unknown."""
    run = parts.pop("run", "standing")
    for hour in range(hours):
        for gpu in range(gpus):
            at = datetime(FIRST.year, FIRST.month, FIRST.day) + timedelta(hours=hour)
            yield {"hour": at, "instance": instance, "gpu": str(gpu), "run": run, "hours": 1.0, **parts}


def advised(
    folder: Path, charges: list[dict[str, Any]], first: str = "2026-10", last: str = "2026-10", **activity: Any
) -> Report:
    """The report on these charges, without a floor; `asked` goes into the question."""
    asked = activity.pop("asked", {})
    mart = mart_of(folder, charges, **{table: list(rows) for table, rows in activity.items()})
    question = Question.of(mart, first, last, **asked)
    return advice.report(mart, question, Thresholds(floor=Decimal("0.01")))


def saved(report: Report) -> dict[tuple[str, str], str]:
    """Kind and what -> saving; every row's arithmetic is evaluated on the way."""
    for row in report.records():
        assert abs(evaluated(row["arithmetic"]) - row["saving"]) <= Decimal("0.011"), row["arithmetic"]
    return {(row["kind"], row["what"]): str(row["saving"]) for row in report.records()}


def evaluated(arithmetic: str) -> Decimal:
    """What stands before the last `=`, reckoned: numbers, units, + - x / and brackets."""
    formula = arithmetic.rpartition(" = ")[0].replace(" x ", " * ")
    formula = re.sub(r"[A-Za-z]+\b", "", formula)
    assert re.fullmatch(r"[\d.+*/() -]+", formula), arithmetic
    exact = re.sub(r"\d+(\.\d+)?", lambda number: f"Decimal('{number[0]}')", formula)
    return Decimal(eval(exact, {"Decimal": Decimal}))
