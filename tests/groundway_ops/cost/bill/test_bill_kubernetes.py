"""What pods cost: GPU nodes by GPUs, CPU nodes by the larger of CPU and memory, and all of it is the nodes' cost."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_bill import charge, mart_of

from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import make
from groundway_ops.cost.bill.reports.question import Question
from groundway_ops.cost.bill.reports.record import Report

THREE = datetime(2026, 10, 1, 3)
PLATFORM = {"team": "platform"}


def node(instance: str = "i-0aaaa", cost: str = "8", hours: float = 1.0, **said: Any) -> dict[str, Any]:
    return charge(PLATFORM, resource=instance, effective=cost, quantity=hours, **said)


def pod(name: str | None, team: str | None = None, instance: str = "i-0aaaa", **said: Any) -> dict[str, Any]:
    """An hour of a pod on a node with 8 CPUs, 32 GB and no GPU."""
    asked = {"gpus": 0, "cpus": 0, "memory_gb": 0, "node_gpus": 0, "node_cpus": 8, "node_memory_gb": 32}
    of = {"hour": THREE, "instance": instance, "namespace": name and "ml", "pod": name, "team": team}
    return {**of, **asked, **said}


def asked(mart: Mart, *by: str, **question: Any) -> Report:
    return make("kubernetes", mart, Question.of(mart, by=by or ("team",), **question))


def costs(report: Report) -> dict[tuple[str, ...], Decimal]:
    return {row[:-5]: row[-2].normalize() for row in report.rows}


def test_a_cpu_node_goes_by_the_larger_of_cpu_and_memory(tmp_path: Path) -> None:
    mart = mart_of(
        tmp_path,
        [node()],
        pods=[
            pod("a", "demand", cpus=2, memory_gb=2),  # 2 of 8 CPUs
            pod("b", "search", cpus=1, memory_gb=16),  # 16 of 32 GB
            pod("dns", "platform", namespace="kube-system", cpus=1, memory_gb=1),
        ],
    )
    assert costs(asked(mart)) == {
        ("ml", "demand"): 2,
        ("ml", "search"): 4,
        ("kube-system", "platform"): 1,
        ("(unallocated)", "(unallocated)"): 1,
    }


def test_what_was_promised_twice_is_scaled_down_to_the_node(tmp_path: Path) -> None:
    mart = mart_of(tmp_path, [node()], pods=[pod("a", "demand", cpus=8), pod("b", "search", memory_gb=32)])
    assert costs(asked(mart)) == {("ml", "demand"): 4, ("ml", "search"): 4}


def test_a_pod_with_all_gpus_pays_the_whole_gpu_node(tmp_path: Path) -> None:
    """By a default ratio of CPU, memory and GPU it would look cheap, and who has most of the CPUs would pay for it."""
    eight = node(cost="55.04", usage_type="EUW1-BoxUsage:p5.48xlarge")
    size = {"node_gpus": 8, "node_cpus": 192, "node_memory_gb": 2048}
    mart = mart_of(
        tmp_path,
        [eight],
        pods=[pod("train", "demand", gpus=8, cpus=8, **size), pod("etl", "search", cpus=180, memory_gb=2000, **size)],
    )
    assert costs(asked(mart)) == {("ml", "demand"): Decimal("55.04")}


def test_slices_pay_their_share_and_the_rest_is_nobodys(tmp_path: Path) -> None:
    size = {"node_gpus": 1, "instance": "i-0bbbb"}
    mart = mart_of(
        tmp_path,
        [node("i-0bbbb", "7", usage_type="EUW1-BoxUsage:p5.4xlarge")],
        pods=[pod("a", "demand", gpus=3 / 7, **size), pod("b", "search", gpus=0.25, **size)],
    )
    assert costs(asked(mart)) == {
        ("ml", "demand"): 3,
        ("ml", "search"): Decimal("1.75"),
        ("(unallocated)", "(unallocated)"): Decimal("2.25"),
    }


def test_hours_that_nobody_collected_are_unknown(tmp_path: Path) -> None:
    mart = mart_of(tmp_path, [node(hours=4.0)], pods=[pod("a", "demand", cpus=8)])
    report = asked(mart)
    assert costs(report) == {("ml", "demand"): 2, ("(unknown)", "platform"): 6}
    assert any("nobody collected" in note for note in report.notes)


def test_a_node_without_pods_is_nobodys_and_not_unknown(tmp_path: Path) -> None:
    assert costs(asked(mart_of(tmp_path, [node()], pods=[pod(None)]))) == {("(unallocated)", "(unallocated)"): 8}


def test_a_cluster_node_without_any_pods_collected_is_unknown_and_others_are_left_out(tmp_path: Path) -> None:
    tagged = node("i-0cccc", "3", other_tags='{"eks:cluster-name": "dev"}')
    mart = mart_of(tmp_path, [node(), tagged, node("i-0dddd", "100")], pods=[pod("a", "demand", cpus=8)])
    report = asked(mart)
    assert costs(report) == {("ml", "demand"): 8, ("(unknown)", "platform"): 3}
    assert report.total == 11


def test_without_pods_the_report_says_how_to_get_them(tmp_path: Path) -> None:
    report = asked(mart_of(tmp_path, [node()]))
    assert (report.rows, report.total) == ((), 0)
    assert "groundway cost collect pods" in report.notes[0]


def test_a_team_and_a_region(tmp_path: Path) -> None:
    mart = mart_of(tmp_path, [node()], pods=[pod("a", "demand", cpus=2), pod("b", None, cpus=2)])
    assert costs(asked(mart, where={"team": "demand"})) == {("ml", "demand"): 2}
    assert costs(asked(mart, where={"team": "(none)"})) == {("ml", "(none)"): 2}
    assert costs(asked(mart, "region", where={"team": "demand"})) == {("ml", "eu-west-1"): 2}
    assert asked(mart, where={"region": "us-east-1"}).rows == ()


def test_the_rest_is_shown_as_one(tmp_path: Path) -> None:
    told = [pod("a", "demand", cpus=4), pod("b", "search", cpus=2), pod("c", "web", cpus=1)]
    report = asked(mart_of(tmp_path, [node()], pods=told), top=1)
    assert costs(report) == {("ml", "demand"): 4, ("3 others", ""): 4}
    assert report.column("CPU-hours") == [4, 3]


SIZES = st.floats(0, 40)
PODS = st.builds(
    lambda where, hour, team, gpus, cpus, memory: pod(
        f"{team}-{hour.hour}", team, where, hour=hour, gpus=gpus, cpus=cpus, memory_gb=memory, node_gpus=2
    ),
    st.sampled_from(["i-0aaaa", "i-0bbbb"]),
    st.integers(0, 4).map(lambda n: THREE + timedelta(hours=n)),
    st.sampled_from(["demand", "search", None]),
    SIZES,
    SIZES,
    SIZES,
)
NODES = st.builds(
    lambda where, cost, kind, metric: node(
        where, str(cost), usage_type=f"EUW1-BoxUsage:{kind}", **{metric: "1"} if metric != "effective" else {}
    ),
    st.sampled_from(["i-0aaaa", "i-0bbbb", "i-0cccc"]),
    st.decimals(-5, 500, places=10),
    st.sampled_from(["g5.12xlarge", "m7i.2xlarge"]),
    st.sampled_from(["effective", "billed"]),
)


@settings(max_examples=12, deadline=None)
@given(st.lists(NODES, min_size=1, max_size=6), st.lists(PODS, min_size=1, max_size=8))
def test_whatever_pods_asked_for_they_pay_what_the_nodes_cost(
    tmp_path_factory: pytest.TempPathFactory, billed: list[dict[str, Any]], pods: list[dict[str, Any]]
) -> None:
    mart = mart_of(tmp_path_factory.mktemp("mart"), billed, pods=pods)
    there = {row["instance"] for row in pods}
    for metric in ("effective", "billed"):
        expected = sum((c[metric] for c in billed if c["resource"] in there), Decimal(0))
        assert sum(asked(mart, metric=metric).column("cost"), Decimal(0)) == expected
