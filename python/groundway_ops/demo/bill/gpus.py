"""What DCGM would have seen of the GPUs of the bill's nodes: simulated samples, for `groundway cost collect gpus`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from groundway.environment.accelerators import ACCELERATORS
from groundway_ops.demo.bill.charges import Node
from groundway_ops.demo.bill.days import chance

EVERY = timedelta(minutes=5)
MORNING = time(8)  # when nodes start that do not run all day
# Again and again: nobody has the GPU; a pod works on it; the pod is still there and does nothing.
FREE, WORK, REST = timedelta(minutes=15), timedelta(minutes=80), timedelta(minutes=20)
WORKING, RESTING = (0.25, 0.95), (0.0, 0.02)  # how active the multiprocessors of a GPU are, at least and at most


@dataclass(frozen=True, slots=True)
class Sample:
    """One GPU at one moment, UTC. A pod of None: nobody had it."""

    time: datetime
    instance: str
    gpu: str
    pod: str | None
    team: str | None
    project: str | None
    model: str | None
    environment: str | None
    sm_active: float
    dram_active: float


def samples(nodes: Iterable[Node], tags: Mapping[str, str]) -> Iterator[Sample]:
    """Of every GPU of the nodes. `tags`: of the pods that have them."""
    for node in nodes:
        accelerator = ACCELERATORS.get(node.instance_type)
        if accelerator and accelerator.vendor == "nvidia":
            for number in range(accelerator.count):
                yield from _gpu(node, str(number), tags)


def write(found: Iterable[Sample], file: Path) -> Path:
    """As Parquet."""
    import polars as pl

    rows = [[getattr(sample, f.name) for f in fields(Sample)] for sample in found]
    schema: dict[str, Any] = dict.fromkeys((f.name for f in fields(Sample)), pl.String)
    schema |= {"time": pl.Datetime("us"), "sm_active": pl.Float64, "dram_active": pl.Float64}
    file.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(file)
    return file


def _gpu(node: Node, gpu: str, tags: Mapping[str, str]) -> Iterator[Sample]:
    """In the pod of a node that was left running nothing moves."""
    begin = datetime.combine(node.day, time(0) if node.hours == 24 else MORNING)
    for number in range(round(float(node.hours) * 3600 / EVERY.total_seconds())):
        _, within = divmod(number * EVERY, FREE + WORK + REST)
        had, works = node.forgotten or within >= FREE, not node.forgotten and FREE <= within < FREE + WORK
        least, most = WORKING if works else RESTING
        sm = least + (most - least) * chance(node.id, gpu, node.day, number)
        yield Sample(
            time=begin + number * EVERY,
            instance=node.id,
            gpu=gpu,
            pod="notebook" if had else None,
            team=tags["team"] if had else None,
            project=tags["project"] if had else None,
            model=tags["model"] if had else None,
            environment=tags["environment"] if had else None,
            sm_active=round(sm, 4),
            dram_active=round(sm / 2, 4),
        )
