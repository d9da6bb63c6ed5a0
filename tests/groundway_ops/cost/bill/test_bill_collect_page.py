"""The pages on GPU waste and unit costs name every column of the files, every metric, and the limits that are used."""

import re
from pathlib import Path

import pytest

from groundway_ops.cost.bill import activity
from groundway_ops.cost.bill.activity import cluster_metrics, hours, samples

DOCS = Path(__file__).parents[4] / "docs"
GPU, UNITS = ((DOCS / f"cost-{name}.md").read_text() for name in ("gpu", "units"))


def named(page: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", page))


def row(page: str, kind: str) -> str:
    """The row of the last table of the page that begins with this word."""
    return [line for line in page.splitlines() if line.startswith(f"| `{kind}` |")][-1]


def test_columns_of_gpu_samples() -> None:
    assert samples.COLUMNS["gpus"].keys() <= named(GPU)
    required = {line.split("`")[1] for line in GPU.splitlines() if line.endswith("| required |")}
    assert required == set(samples.REQUIRED["gpus"])


@pytest.mark.parametrize("kind", ["runs", "predictions", "pods"])
def test_columns_of_other_files(kind: str) -> None:
    told = row(UNITS, kind)
    columns = samples.COLUMNS.get(kind, activity.TABLES[kind])
    assert columns.keys() <= named(told)
    assert set(re.findall(r"\*\*`(\w+)`\*\*", told)) == set(samples.REQUIRED[kind])


def test_metrics() -> None:
    asked = " ".join(query for kind in cluster_metrics.MADE for query, _ in cluster_metrics.queries(kind).values())
    metrics = set(re.findall(r"kube_\w+", asked)) | {*cluster_metrics.SM, cluster_metrics.DRAM, "kube_pod_labels"}
    assert metrics <= named(GPU)


def test_limits() -> None:
    assert f"{hours.BUSY:.0%}".replace("%", " %") in GPU
    assert f"{hours.STILL:.0%}".replace("%", " %") in GPU
    assert (hours.IDLE_AFTER, "fifteen minutes" in GPU) == ("INTERVAL 15 MINUTE", True)
    assert (samples.LONGEST, "no more than five minutes" in GPU) == ("INTERVAL 5 MINUTE", True)
