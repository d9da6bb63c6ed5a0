"""docs/cost-advice.md names every kind of advice, what it needs, and the thresholds as they are."""

import importlib
from pathlib import Path

import pytest

from groundway_ops.cost.bill import advice
from groundway_ops.cost.bill.advice.thresholds import Thresholds

PAGE = (Path(__file__).parents[4] / "docs" / "cost-advice.md").read_text()
ROWS = {cells[0]: cells for line in PAGE.splitlines() if len(cells := line.strip("| ").split(" | ")) >= 3}
CALLED = {"predictions": "predictions", "gpus": "GPU hours", "pods": "pods"}


@pytest.mark.parametrize("name", advice.KINDS)
def test_a_kind_is_explained(name: str) -> None:
    kind = importlib.import_module(f"{advice.__name__}.{name}")
    assert kind.KIND in ROWS
    for table in kind.NEEDS:
        assert ROWS[kind.KIND][-1].strip(" |") == CALLED[table]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("below ${}.00 a month is left", Thresholds.floor),
        ("fewer than {} requests", Thresholds.few_requests),
        ("less than {}% of the hours were measured", int(Thresholds.measured * 100)),
        ("asked for, times {};", Thresholds.cpu_headroom),
        ("used less than {}% of the GPUs", int(Thresholds.shared_use * 100)),
        ("time slices (at most {})", Thresholds.time_slices),
        ("spot price times {},", Thresholds.interruptions),
        ("at least {} days without a gap", Thresholds.block_days),
        ("gap, {} hours of each", Thresholds.block_hours),
        ("more than {} times what its retention", Thresholds.overdue),
        ("kept for more than {} days outside", Thresholds.retention_days),
        ("at least {}% more in the last", int((Thresholds.growing - 1) * 100)),
        ("billed {} days ago", Thresholds.old_snapshot_days),
        ("less than {} capacity units", Thresholds.idle_units),
    ],
    ids=lambda text: text if isinstance(text, str) else "",
)
def test_a_threshold_is_told_as_it_is(text: str, value: object) -> None:
    assert text.format(value) in " ".join(PAGE.split())
