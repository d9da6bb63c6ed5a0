"""GPU hours and pods out of a real Prometheus: whole cards, MIG, time slices, a node nobody measures, a card without
profiling, and pods that are over."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from real_prometheus import Series, needs_prometheus, prometheus

from groundway_ops.cost.bill.activity.prometheus import Prometheus
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.commands.collect import collect

TEN, ELEVEN, HALF, NOON = (datetime(2026, 10, 5, h, m) for h, m in ((10, 0), (11, 0), (11, 30), (12, 0)))
SM, DRAM, UTIL = "DCGM_FI_PROF_SM_ACTIVE", "DCGM_FI_PROF_DRAM_ACTIVE", "DCGM_FI_DEV_GPU_UTIL"
pytestmark = needs_prometheus


def node(letter: str, resource: str | None, offered: float, until: datetime = ELEVEN) -> list[Series]:
    name = {"node": f"ip-{letter}"}
    allocatable = "kube_node_status_allocatable"
    devices = [(allocatable, {**name, "resource": resource}, offered, TEN, until)] if resource else []
    return [
        ("kube_node_info", {**name, "provider_id": f"aws:///eu-west-1a/i-0{letter * 4}"}, 1, TEN, until),
        (allocatable, {**name, "resource": "cpu"}, 8, TEN, until),
        (allocatable, {**name, "resource": "memory"}, 32e9, TEN, until),
        *devices,
    ]


def pod(
    letter: str, name: str, team: str, asks: dict[str, float], until: datetime = ELEVEN, phase: str = "Running"
) -> list[Series]:
    of = {"namespace": "ml", "pod": name}
    labels = {**of, "label_groundway_dev_team": team, "label_groundway_dev_run": f"run-{name}"}
    return [
        ("kube_pod_status_phase", {**of, "phase": "Running"}, float(phase == "Running"), TEN, until),
        ("kube_pod_status_phase", {**of, "phase": phase}, 1, TEN, until)
        if phase != "Running"
        else ("kube_pod_status_phase", {**of, "phase": "Failed"}, 0, TEN, until),
        ("kube_pod_info", {**of, "node": f"ip-{letter}", "host_ip": "10.0.0.1"}, 1, TEN, until),
        ("kube_pod_labels", labels, 1, TEN, until),
        *(
            (
                "kube_pod_container_resource_requests",
                {**of, "container": "main", "node": f"ip-{letter}", "resource": resource},
                amount,
                TEN,
                until,
            )
            for resource, amount in asks.items()
        ),
    ]


def gpu(
    letter: str, metric: str, value: float, first: datetime = TEN, until: datetime = ELEVEN, **labels: str
) -> Series:
    return (metric, {"Hostname": f"ip-{letter}", "UUID": f"GPU-{letter}", "gpu": "0", **labels}, value, first, until)


TRAIN = {"namespace": "ml", "pod": "train"}
SERIES = [
    # A whole card: half used for an hour, idle for half an hour, then nobody's.
    *node("a", "nvidia_com_gpu", 1, NOON),
    *pod("a", "train", "demand", {"cpu": 4, "memory": 8e9, "nvidia_com_gpu": 1}, HALF),
    gpu("a", SM, 0.4, TEN, ELEVEN, **TRAIN),
    gpu("a", DRAM, 0.2, TEN, ELEVEN, **TRAIN),
    gpu("a", SM, 0.01, ELEVEN, HALF, **TRAIN),
    gpu("a", DRAM, 0.02, ELEVEN, HALF, **TRAIN),
    gpu("a", SM, 0, HALF, NOON),
    # A card cut in two of three sevenths each, one of them taken; the exporter shows the whole card, too.
    *node("b", "nvidia_com_mig_3g_40gb", 2),
    *pod("b", "serve", "search", {"cpu": 2, "nvidia_com_mig_3g_40gb": 1}),
    gpu("b", SM, 0.8, GPU_I_ID="1", GPU_I_PROFILE="3g.40gb", namespace="ml", pod="serve"),
    gpu("b", SM, 0, GPU_I_ID="2", GPU_I_PROFILE="3g.40gb"),
    gpu("b", UTIL, 99),
    # A card in four turns, two of them taken: the exporter knows only one of the pods.
    *node("c", "nvidia_com_gpu", 4),
    *pod("c", "one", "demand", {"nvidia_com_gpu": 1}),
    *pod("c", "two", "search", {"nvidia_com_gpu": 1}),
    gpu("c", SM, 0.4, namespace="ml", pod="one"),
    # Two cards without an exporter, one of them taken.
    *node("d", "nvidia_com_gpu", 2),
    *pod("d", "dark", "demand", {"nvidia_com_gpu": 1}),
    # No profiling counters: how long some kernel ran has to do. What is over asks for nothing any more.
    *node("e", "nvidia_com_gpu", 1),
    *pod("e", "old", "search", {"nvidia_com_gpu": 1}),
    *pod("e", "over", "demand", {"nvidia_com_gpu": 1, "cpu": 4}, phase="Succeeded"),
    gpu("e", UTIL, 40, namespace="ml", pod="old"),
    # A node without GPUs and without pods.
    *node("f", None, 0),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with prometheus(tmp_path_factory.mktemp("prometheus"), SERIES) as running:
        yield running


@pytest.fixture(scope="module")
def mart(url: str, tmp_path_factory: pytest.TempPathFactory) -> Mart:
    folder = tmp_path_factory.mktemp("mart")
    for kind in ("gpus", "pods"):
        ran = CliRunner().invoke(
            collect, [kind, "--prometheus", url, "--period", "2026-10", "--mart", str(folder), "--json"]
        )
        assert ran.exit_code == 0, ran.output
    return Mart(folder)


def asked(mart: Mart, query: str) -> list[tuple[Any, ...]]:
    with mart.connect() as db:
        return db.execute(query).fetchall()


def parts(mart: Mart, letter: str) -> dict[str | None, Any]:
    """Team -> hours that were useful, underused, idle, unallocated and unknown; a series' ends blur by minutes."""
    found = asked(
        mart,
        "SELECT team, sum(useful), sum(underused), sum(idle), sum(unallocated), sum(unknown) "
        f"FROM gpus WHERE instance = 'i-0{letter * 4}' GROUP BY team",
    )
    return {team: pytest.approx(tuple(values), abs=0.1) for team, *values in found}


def test_a_whole_card(mart: Mart) -> None:
    assert parts(mart, "a") == {"demand": (0.5, 0.5, 0.5, 0, 0), None: (0, 0, 0, 0.5, 0)}
    assert asked(mart, "SELECT DISTINCT run FROM gpus WHERE instance = 'i-0aaaa' AND team = 'demand'") == [
        ("run-train",)
    ]


def test_a_slice_is_its_share_of_the_card(mart: Mart) -> None:
    assert parts(mart, "b") == {"search": (0.429, 0, 0, 0, 0), None: (0, 0, 0, 0.571, 0)}


def test_turns_are_shared_by_who_asked_for_them(mart: Mart) -> None:
    assert parts(mart, "c") == {
        "demand": (0.125, 0.125, 0, 0, 0),
        "search": (0.125, 0.125, 0, 0, 0),
        None: (0, 0, 0, 0.5, 0),
    }


def test_what_nobody_measured_is_unknown_and_not_useful(mart: Mart) -> None:
    assert parts(mart, "d") == {"demand": (0, 0, 0, 0, 1), None: (0, 0, 0, 1, 0)}


def test_without_profiling_a_running_kernel_counts(mart: Mart) -> None:
    assert parts(mart, "e") == {"search": (0.5, 0.5, 0, 0, 0)}


def test_no_card_is_more_than_itself(mart: Mart) -> None:
    found = asked(mart, "SELECT hour, instance, split_part(gpu, '/', 1), sum(hours) FROM gpus GROUP BY ALL")
    assert found
    assert max(hours for *_, hours in found) <= 1 + 1e-9


def test_pods(mart: Mart) -> None:
    found = asked(
        mart,
        "SELECT pod, team, round(sum(gpus), 1), round(sum(cpus), 0), sum(node_cpus) > 0, max(node_gpus) > 0 FROM pods "
        "WHERE pod IS NOT NULL GROUP BY ALL ORDER BY pod",
    )
    assert found == [
        ("dark", "demand", 1.1, 0, True, True),
        ("old", "search", 1.1, 0, True, True),
        ("one", "demand", 0.3, 0, True, True),
        ("serve", "search", 0.5, 2, True, True),
        ("train", "demand", 1.6, 6, True, True),
        ("two", "search", 0.3, 0, True, True),
    ]


def test_a_node_without_pods_was_there_all_the_same(mart: Mart) -> None:
    found = asked(mart, "SELECT DISTINCT pod, gpus, cpus, node_gpus FROM pods WHERE instance = 'i-0ffff'")
    assert found == [(None, 0, 0, 0)]


def test_a_month_is_replaced_and_says_from_where(mart: Mart, url: str) -> None:
    before = asked(mart, "SELECT count(*), sum(hours) FROM gpus")
    ran = CliRunner().invoke(
        collect, ["gpus", "--prometheus", url, "--period", "2026-10", "--mart", str(mart.folder), "--json"]
    )
    said = json.loads(ran.stdout)
    assert said["months"][0]["replaced"] is True
    assert asked(mart, "SELECT count(*), sum(hours) FROM gpus") == before
    [facts] = mart.facts(mart.files("gpus")[0]).values()
    assert facts["source"] == url
    assert facts["rows"] == before[0][0]
    assert facts["at"].startswith("20")


def test_a_prometheus_without_kubernetes_says_what_it_needs(url: str, tmp_path: Path) -> None:
    ran = CliRunner().invoke(collect, ["pods", "--prometheus", url, "--period", "2026-09", "--mart", str(tmp_path)])
    assert ran.exit_code == 2
    assert "kube_node_info" in ran.output
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_query_that_is_refused_is_named(url: str) -> None:
    with pytest.raises(Exception, match="refused 'sum by'"):
        Prometheus(url).range("sum by", (TEN, ELEVEN, ELEVEN - TEN))
