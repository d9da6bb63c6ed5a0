"""Advice on nodes: fewer, smaller, shared, on spot, as capacity blocks; what was measured decides."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from advice_bill import FIRST, advised, daily, gpu_hours, saved

DAYS = 4  # of measurements; enough for every rule, quick to write
A10G = "EU-BoxUsage:g5.2xlarge"  # 1.35296 an hour in eu-west-1, 32.47104 a day
BUSY, IDLE, FREE = {"useful": 1.0}, {"idle": 1.0}, {"unallocated": 1.0}


def nodes(usage_type: str, amount: str, *ids: str, days: int = DAYS, **tags: str) -> list[dict]:
    return [line for node in ids for line in daily(usage_type, node, amount, 24.0, days=days, tags=tags)]


def gpus(gpus: int = 1, **by_node: dict) -> list[dict]:
    """`i_1={"idle": 1.0}`: what every GPU of the node i-1 did all the time."""
    return [row for n, parts in by_node.items() for row in gpu_hours(n.replace("_", "-"), gpus, DAYS * 24, **parts)]


def test_nodes_whose_gpus_do_nothing_are_too_many(tmp_path: Path) -> None:
    report = advised(tmp_path, nodes(A10G, "32.47104", "i-1", "i-2", "i-3"), gpus=gpus(i_1=BUSY, i_2=IDLE, i_3=FREE))
    assert saved(report) == {("oversized GPU pool", "g5.2xlarge nodes of prod"): "259.76"}  # 2 nodes x 96 h x 1.35296
    assert report.column("arithmetic") == ["389.65248 x 192 h / 288 h = 259.76"]
    assert report.column("how") == ["environments/prod/environment.yaml: gpu_pools.a10g.max: 1 (is 8)"]


@pytest.mark.parametrize("parts", [BUSY, {"underused": 0.3, "useful": 0.7}, {"unknown": 1.0}], ids=str)
def test_a_pool_in_use_stays(tmp_path: Path, parts: dict) -> None:
    report = advised(tmp_path, nodes(A10G, "32.47104", "i-1", "i-2"), gpus=gpus(i_1=parts, i_2=parts))
    assert saved(report) == {}


def test_work_at_different_hours_does_not_fit_on_fewer_nodes(tmp_path: Path) -> None:
    """Half of the GPU-hours are idle, but always both nodes at work: nothing to spare. By turns: a node to spare."""
    half = {"useful": 0.6, "idle": 0.4}
    charges = nodes(A10G, "32.47104", "i-1", "i-2")
    assert saved(advised(tmp_path / "both", charges, gpus=gpus(i_1=half, i_2=half))) == {}
    turns = [
        {**row, "useful": float(works), "idle": float(not works)}
        for node, turn in (("i-1", 0), ("i-2", 1))
        for row in gpu_hours(node, 1, DAYS * 24)
        for works in [row["hour"].hour % 2 == turn]
    ]
    report = advised(tmp_path / "turns", charges, gpus=turns)
    assert saved(report) == {("oversized GPU pool", "g5.2xlarge nodes of prod"): "129.88"}


def test_hours_that_nobody_measured_are_needed(tmp_path: Path) -> None:
    """84 of 96 node-hours were measured, all idle."""
    report = advised(tmp_path, nodes(A10G, "32.47104", "i-1"), gpus=gpu_hours("i-1", 1, 84, **IDLE))
    assert report.column("arithmetic") == ["129.88416 x 84 h / 96 h = 113.64"]
    saved(report)


def test_what_a_commitment_covers_is_paid_either_way(tmp_path: Path) -> None:
    charges = nodes(A10G, "32.47104", "i-1", environment="dev")
    committed = [{**line, "pricing": "Committed"} for line in charges]
    assert advised(tmp_path / "committed", committed, gpus=gpus(i_1=IDLE)).rows == ()
    unsaid = [{**line, "pricing": None} for line in charges]
    assert advised(tmp_path / "unsaid", unsaid, gpus=gpus(i_1=IDLE)).rows


def test_nodes_that_nobody_measured_are_not_judged(tmp_path: Path) -> None:
    charges = nodes(A10G, "32.47104", "i-1")
    report = advised(tmp_path / "none", charges)
    assert report.rows == ()
    assert any("oversized GPU pool: not looked for, the mart holds no gpus" in note for note in report.notes)
    half = gpu_hours("i-1", 1, DAYS * 12, **IDLE)
    report = advised(tmp_path / "half", charges, gpus=half)
    assert report.rows == ()
    assert "g5.2xlarge nodes of prod: too few of its 96 node-hours were measured to judge it" in report.notes


def test_a_node_with_eight_gpus_of_which_one_is_given_away(tmp_path: Path) -> None:
    charges = nodes("BoxUsage:p5.48xlarge", "1320.96", "i-1")
    for line in charges:
        line["region"] = "us-east-1"
    used = [{**row, **(BUSY if row["gpu"] == "0" else FREE)} for row in gpu_hours("i-1", 8, DAYS * 24)]
    report = advised(tmp_path / "one", charges, gpus=used)
    # p5.4xlarge has one H100 at 6.88 an hour, p5.48xlarge eight at 55.04: seven eighths
    assert saved(report) == {("smaller nodes", "p5.48xlarge nodes of prod"): "4623.36"}
    assert report.column("how") == ["environments/prod/environment.yaml: gpu_pools.h100.instance_types: [p5.4xlarge]"]
    whole = [{**row, **BUSY} for row in gpu_hours("i-1", 8, DAYS * 24)]
    rest = saved(advised(tmp_path / "eight", charges, gpus=whole))
    assert not [kind for kind, _ in rest if kind == "smaller nodes"]


def test_servers_that_use_little_share(tmp_path: Path) -> None:
    little = {"useful": 0.2, "underused": 0.8}
    charges = nodes(A10G, "32.47104", "i-1", "i-2", "i-3", "i-4")
    report = advised(tmp_path / "share", charges, gpus=gpus(i_1=little, i_2=little, i_3=little, i_4=little))
    assert saved(report) == {("shared GPUs", "g5.2xlarge nodes of prod"): "389.65"}  # 3 of 4 nodes
    assert report.column("how") == ["environments/prod/environment.yaml: gpu_pools.a10g.sharing: {time_slices: 4}"]
    trains = {**little, "run": "run-1"}
    runs = gpus(i_1=trains, i_2=trains, i_3=trains, i_4=trains)
    assert saved(advised(tmp_path / "train", charges, gpus=runs)) == {}, "a training run shares with nobody"
    both = advised(tmp_path / "both", charges, gpus=gpus(i_1=little, i_2=little, i_3=trains, i_4=trains))
    assert saved(both) == {
        ("shared GPUs", "g5.2xlarge nodes of prod"): "129.88"
    }  # the runs keep two, servers share one


def test_a_pool_that_shares_already_is_left_alone(tmp_path: Path) -> None:
    little = {"useful": 0.2, "underused": 0.8}
    charges = nodes("EU-SpotUsage:g5.xlarge", "12", "i-1", "i-2", environment="staging")
    assert saved(advised(tmp_path, charges, gpus=gpus(i_1=little, i_2=little))) == {}


def pods(node: str, cpus: float, gb: float) -> list[dict]:
    start = datetime(FIRST.year, FIRST.month, FIRST.day)
    row = {"instance": node, "namespace": "serving", "pod": "server", "environment": "prod", "gpus": 0.0}
    return [{**row, "hour": start + timedelta(hours=hour), "cpus": cpus, "memory_gb": gb} for hour in range(DAYS * 24)]


@pytest.mark.parametrize(
    ("cpus", "gb", "saving"),
    [
        pytest.param(1.0, 4.0, "345.60", id="two of five"),  # prod keeps one in each of its three zones
        pytest.param(6.0, 4.0, None, id="processors are needed"),
        pytest.param(1.0, 24.0, None, id="memory is needed"),
    ],
)
def test_nodes_without_accelerators(tmp_path: Path, cpus: float, gb: float, saving: str | None) -> None:
    ids = [f"i-{n}" for n in range(5)]
    charges = nodes("EU-BoxUsage:m7i.2xlarge", "43.2", *ids)
    report = advised(tmp_path, charges, pods=[row for node in ids for row in pods(node, cpus, gb)])
    assert saved(report) == ({("oversized CPU pool", "m7i.2xlarge nodes of prod"): saving} if saving else {})


def test_min_above_what_was_used_is_the_key(tmp_path: Path) -> None:
    ids = ["i-1", "i-2"]
    charges = nodes("EU-SpotUsage:m7i.xlarge", "4.8", *ids, environment="staging")
    report = advised(tmp_path, charges, pods=[row for node in ids for row in pods(node, 1.0, 4.0)])
    assert saved(report) == {("oversized CPU pool", "m7i.xlarge nodes on spot of staging"): "19.20"}
    assert report.column("how") == ["environments/staging/environment.yaml: cpu_pools.general.min: 1 (is 2)"]


def test_spot_for_what_may_be_interrupted(tmp_path: Path) -> None:
    # g5.2xlarge in eu-west-1: 1.35296, on spot 54% less, 0.622362; 96 hours, a seventh more for interruptions
    for name, tags in (("run", {"run": "run-1"}), ("dev", {"environment": "dev"})):
        report = advised(tmp_path / name, nodes(A10G, "32.47104", "i-1", **tags))
        assert [str(saving) for saving in report.column("saving")] == ["61.17"], name
        saved(report)
    assert "gpu_pools.a10g.capacity: spot" in report.column("how")[0]
    assert saved(advised(tmp_path / "prod", nodes(A10G, "32.47104", "i-1"))) == {}
    spot = nodes("EU-SpotUsage:g5.2xlarge", "14.9", "i-1", environment="dev")
    assert saved(advised(tmp_path / "spot", spot)) == {}
    cheap = nodes(A10G, "14.9", "i-1", environment="dev")
    assert saved(advised(tmp_path / "cheap", cheap)) == {}, "paid less than spot: a savings plan covers it"


def test_an_unknown_price_is_told_of(tmp_path: Path) -> None:
    report = advised(tmp_path, nodes("EU-BoxUsage:z9.huge", "100", "i-1", environment="dev"))
    assert report.rows == ()
    assert "z9.huge in eu-west-1: the price book has no spot price" in report.notes


def test_a_capacity_block_for_long_stretches(tmp_path: Path) -> None:
    def p5(days: int, hours: float) -> list[dict]:
        usage = {"tags": {"environment": "prod"}, "region": "us-east-1"}
        return daily("BoxUsage:p5.48xlarge", "i-1", str(hours * 55.04), hours, days=days, **usage)

    report = advised(tmp_path / "long", p5(7, 24.0))
    # 7 x 24 x (55.04 - 31.464)
    assert saved(report) == {("capacity block", "1 p5.48xlarge node around the clock"): "3960.76"}
    assert "gpu_pools.h100.reservation.capacity_block" in report.column("how")[0]
    assert saved(advised(tmp_path / "short", p5(2, 24.0))) == {}
    assert saved(advised(tmp_path / "part", p5(7, 12.0))) == {}
    gap = [line for line in p5(7, 24.0) if line["day"].day != 4]
    assert saved(advised(tmp_path / "gap", gap)) == {}
    assert saved(advised(tmp_path / "g5", nodes(A10G, "32.47104", "i-1", days=7))) == {}, "there are no blocks of g5"


def test_idle_nodes_of_a_run_are_not_saved_again_on_spot(tmp_path: Path) -> None:
    charges = nodes(A10G, "32.47104", "i-1", environment="dev")
    report = advised(tmp_path, charges, gpus=gpus(i_1=IDLE))
    assert saved(report) == {("oversized GPU pool", "g5.2xlarge nodes of dev"): "129.88"}
    assert report.column("how")[0].startswith("end the pods that hold GPUs"), "max is 1 already"
    assert any("1 more piece of advice on charges that are counted above" in note for note in report.notes)
