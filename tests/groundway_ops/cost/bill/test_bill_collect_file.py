"""The arithmetic of GPU hours, from files of samples: what is useful, underused, idle, nobody's or unknown."""

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.commands.collect import collect

TEN = datetime(2026, 10, 5, 10)
MINUTE = timedelta(minutes=1)
PARTS = ("useful", "underused", "idle", "unallocated", "unknown")

Sample = dict[str, Any]


def every(
    minutes: int, sm: float | None, dram: float | None = 0, start: datetime = TEN, step: int = 1, **said: Any
) -> list[Sample]:
    """Samples of one card for some minutes, had by the pod `train` of the team `demand` unless it is said otherwise."""
    of = {"instance": "i-0a", "gpu": "0", "namespace": "ml", "pod": "train", "team": "demand", **said}
    return [{"time": start + n * MINUTE, **of, "sm_active": sm, "dram_active": dram} for n in range(0, minutes, step)]


def file_of(folder: Path, samples: list[Sample], name: str = "samples.csv") -> Path:
    columns = list(dict.fromkeys(key for sample in samples for key in sample))
    with (folder / name).open("w", newline="") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(samples)
    return folder / name


def run(kind: str, file: Path, *options: str) -> Result:
    return CliRunner().invoke(collect, [kind, "--from", str(file), "--mart", str(file.parent / "mart"), *options])


def collected(folder: Path, samples: list[Sample], query: str = "") -> list[tuple[Any, ...]]:
    """By default, the hours of each part."""
    ran = run("gpus", file_of(folder, samples))
    assert ran.exit_code == 0, ran.output
    with Mart(folder / "mart").connect() as db:
        return db.execute(query or f"SELECT {', '.join(f'sum({part})' for part in PARTS)} FROM gpus").fetchall()


def hours(folder: Path, samples: list[Sample]) -> dict[str, float]:
    """The hours of each part that are not nothing."""
    [found] = collected(folder, samples)
    return {part: round(value, 6) for part, value in zip(PARTS, found, strict=True) if value}


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        pytest.param(every(60, 0.8), {"useful": 1}, id="wholly used"),
        pytest.param(every(60, 1.0), {"useful": 1}, id="more than wholly"),
        pytest.param(every(60, 0.2), {"useful": 0.25, "underused": 0.75}, id="a quarter of it"),
        pytest.param(every(60, 0.01, 0.01), {"idle": 1}, id="nothing"),
        pytest.param(every(60, 0.0, 0.4), {"underused": 1}, id="only its memory works"),
        pytest.param(every(60, 0.049, 0.049), {"idle": 1}, id="just still"),
        pytest.param(every(60, 0.05, 0), {"useful": 0.0625, "underused": 0.9375}, id="just not still"),
        pytest.param(every(60, None, None), {"unknown": 1}, id="nobody measured"),
        pytest.param(every(60, None, 0.5), {"unknown": 1}, id="only memory was measured, and it worked"),
        pytest.param(every(60, None, 0.01), {"idle": 1}, id="only memory was measured, and it was still"),
        pytest.param(every(60, 0.01, None), {"idle": 1}, id="only processors were measured, and were still"),
        pytest.param(every(60, 0.8, pod=None), {"unallocated": 1}, id="nobody had it"),
        pytest.param(
            [*every(30, 0.8), *every(15, 0, start=TEN + 30 * MINUTE), *every(15, 0.8, start=TEN + 45 * MINUTE)],
            {"useful": 0.75, "idle": 0.25},
            id="still for a quarter of an hour",
        ),
        pytest.param(
            [*every(30, 0.8), *every(14, 0, start=TEN + 30 * MINUTE), *every(16, 0.8, start=TEN + 44 * MINUTE)],
            {"useful": round(46 / 60, 6), "underused": round(14 / 60, 6)},
            id="still for less is a pause",
        ),
        pytest.param(
            [*every(10, 0), *every(50, 0, start=TEN + 10 * MINUTE, pod="other")],
            {"underused": round(10 / 60, 6), "idle": round(50 / 60, 6)},
            id="another pod's stillness is another's",
        ),
        pytest.param(
            [*every(10, 0), *every(10, 0, start=TEN + 20 * MINUTE)],
            {"underused": round((14 + 10) / 60, 6)},
            id="stillness does not go on over a gap, and a sample stands for five minutes at most",
        ),
        pytest.param(every(60, 0.8, step=5), {"useful": 1}, id="a sample each five minutes"),
        pytest.param(
            [*every(4, 0.8), *every(6, 0.4, start=TEN + 4 * MINUTE, step=3)],
            {"useful": round((4 + 3) / 60, 6), "underused": round(3 / 60, 6)},
            id="irregular",
        ),
        pytest.param(every(60, 0.8, slice="1", share=3 / 7), {"useful": 0.428571, "unallocated": 0.571429}, id="MIG"),
        pytest.param(
            [*every(60, 0.8, slice="1", share=3 / 7), *every(60, 0, 0, slice="2", share=4 / 7)],
            {"useful": 0.428571, "idle": 0.571429},
            id="slices are measured apart",
        ),
        pytest.param(
            [*every(60, 0.4, pod="a", share=0.25), *every(60, 0.4, pod="b", share=0.25)],
            {"useful": 0.25, "underused": 0.25, "unallocated": 0.5},
            id="turns",
        ),
        pytest.param(
            [*every(60, 0.8, pod="a", share=0.75), *every(60, 0.8, pod="b", share=0.75)],
            {"useful": 1},
            id="shares of more than the card are scaled down to it",
        ),
    ],
)  # fmt: skip
def test_what_an_hour_of_a_gpu_was(tmp_path: Path, samples: list[Sample], expected: dict[str, float]) -> None:
    assert hours(tmp_path, samples) == pytest.approx(expected, abs=2e-6)


def test_hours_are_hours_of_the_clock(tmp_path: Path) -> None:
    samples = every(60, 0.8, start=TEN + 30 * MINUTE, step=4)
    found = collected(tmp_path, samples, "SELECT hour(hour), round(sum(hours), 6) FROM gpus GROUP BY 1 ORDER BY 1")
    assert found == [(10, 0.5), (11, 0.5)]


def test_stillness_goes_on_over_the_end_of_a_month(tmp_path: Path) -> None:
    samples = every(20, 0, start=datetime(2026, 10, 31, 23, 50))
    found = collected(tmp_path, samples, "SELECT month(hour), round(sum(idle), 6) FROM gpus GROUP BY 1 ORDER BY 1")
    assert found == [(10, round(1 / 6, 6)), (11, round(1 / 6, 6))]
    assert [file.name for file in Mart(tmp_path / "mart").files("gpus")] == ["2026-10.parquet", "2026-11.parquet"]


def test_times_with_a_zone_are_converted(tmp_path: Path) -> None:
    samples = [{**s, "time": s["time"].isoformat() + "+02:00"} for s in every(60, 0.8)]
    assert collected(tmp_path, samples, "SELECT DISTINCT hour FROM gpus") == [(TEN - timedelta(hours=2),)]


def test_parquet_is_the_same_as_csv(tmp_path: Path) -> None:
    told = collected(tmp_path, every(60, 0.2, slice="1", share=0.5), "SELECT * FROM gpus ORDER BY ALL")
    with duckdb.connect() as db:
        db.execute(f"COPY (FROM read_csv('{tmp_path}/samples.csv')) TO '{tmp_path}/samples.parquet'")
    assert run("gpus", tmp_path / "samples.parquet").exit_code == 0
    with Mart(tmp_path / "mart").connect() as db:
        assert db.execute("SELECT * FROM gpus ORDER BY ALL").fetchall() == told


def test_a_month_again_is_the_same_month_and_another_leaves_it(tmp_path: Path) -> None:
    october = collected(tmp_path, every(60, 0.8), "SELECT * FROM gpus")
    assert collected(tmp_path, every(60, 0.8), "SELECT * FROM gpus") == october
    assert collected(tmp_path, every(30, 0.8), "SELECT sum(hours) FROM gpus") == [(pytest.approx(0.5),)]
    november = every(60, 0.8, start=datetime(2026, 11, 5))
    assert collected(tmp_path, november, "SELECT sum(hours) FROM gpus") == [(pytest.approx(1.5),)]


def test_a_period_takes_no_more_than_its_month_even_if_that_has_nothing(tmp_path: Path) -> None:
    file = file_of(tmp_path, every(60, 0.8))
    said = json.loads(run("gpus", file, "--period", "2026-09", "--json").stdout)
    assert [(month["month"], month["rows"]) for month in said["months"]] == [("2026-09", 0)]
    assert [f.name for f in Mart(tmp_path / "mart").files("gpus")] == ["2026-09.parquet"]


POD = {"time": TEN, "instance": "i-0a", "namespace": "ml", "pod": "a", "cpus": 1, "memory_gb": 2}
NODE = {"node_cpus": 8, "node_memory_gb": 32}


def test_pods(tmp_path: Path) -> None:
    """Two for half an hour, one of them for a quarter more; the node is counted once, however many pods it has."""
    rows = [{**POD, **NODE, "time": TEN + n * MINUTE} for n in range(45)]
    rows += [{**POD, **NODE, "pod": "b", "cpus": 4, "time": TEN + n * MINUTE} for n in range(30)]
    assert run("pods", file_of(tmp_path, rows)).exit_code == 0
    with Mart(tmp_path / "mart").connect() as db:
        found = db.execute("SELECT pod, cpus, memory_gb, gpus, node_cpus, node_gpus FROM pods ORDER BY pod").fetchall()
    assert found == [
        ("a", 0.75, 1.5, 0, 6, 0),
        ("b", 2, 1, 0, 6, 0),
    ]


def test_runs_and_predictions_from_files_are_rows_as_they_are(tmp_path: Path) -> None:
    runs = [{"run": "r1", "team": "demand", "started": TEN, "ended": None, "status": "RUNNING"}]
    assert run("runs", file_of(tmp_path, runs)).exit_code == 0
    made = [{"day": TEN.date(), "model": "delay", "environment": "prod", "rows": 3}]
    assert run("predictions", file_of(tmp_path, made, "made.csv")).exit_code == 0
    with Mart(tmp_path / "mart").connect() as db:
        assert db.execute("SELECT run, team, started, ended FROM runs").fetchall() == [("r1", "demand", TEN, None)]
        assert db.execute("SELECT model, rows, requests FROM predictions").fetchall() == [("delay", 3, None)]


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("gpus", "time,instance,gpu\n", "no column 'pod'; gpus need time, instance, gpu, pod, sm_active"),
        ("gpus", "time,instance,gpu,pod,sm_active,colour\n", "a column 'colour', which gpus do not know"),
        ("gpus", "time,instance,gpu,pod,sm_active\nnoon,i,0,p,1\n", "noon"),
        ("gpus", "time,instance,gpu,pod,sm_active\n,i,0,p,1\n", "time is empty in row 1"),
        (
            "gpus",
            "time,instance,gpu,pod,sm_active\n2026-10-01,i,0,p,80\n",
            "sm_active must be 0 to 1; it is not in row 1",
        ),
        (
            "gpus",
            "time,instance,gpu,pod,sm_active,share\n2026-10-01,i,0,p,1,4\n",
            "share must be more than 0 and at most 1",
        ),
        ("gpus", "time,instance,gpu,pod,sm_active\n" + "2026-10-01,i,0,p,1\n" * 2, "row 1 is there twice"),
        ("pods", "time,instance,namespace,pod,cpus,memory_gb\n", "no column 'node_cpus'"),
        ("runs", "run,started,status\n,2026-10-01,FINISHED\n", "run is empty in row 1"),
        ("predictions", "day,model,environment,rows\n2026-10-01,m,prod,-1\n", "rows must be 0 or more"),
    ],
    ids=range(10),
)
def test_files_that_are_refused(tmp_path: Path, kind: str, text: str, told: str) -> None:
    file = tmp_path / "samples.csv"
    file.write_text(text)
    ran = run(kind, file)
    assert ran.exit_code == 2, ran.output
    assert told in ran.output
    assert str(file) in ran.output
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("broken.parquet", (), "cannot be read"),
        ("samples.txt", (), "neither .parquet nor .csv"),
        ("samples.csv", ("--period", "october"), "write 2026-11"),
        ("samples.csv", ("--prometheus", "http://x"), "two sources"),
    ],
    ids=range(4),
)
def test_other_mistakes(tmp_path: Path, name: str, options: tuple[str, ...], told: str) -> None:
    ran = run("gpus", file_of(tmp_path, every(1, 1), name), *options)
    assert (ran.exit_code, told in ran.output) == (2, True), ran.output


@pytest.mark.parametrize(
    ("options", "told"), [((), "--from FILE"), (("--prometheus", "x"), "no address")], ids=["nothing", "no address"]
)
def test_a_source_is_needed(options: tuple[str, ...], told: str) -> None:
    ran = CliRunner().invoke(collect, ["gpus", *options])
    assert (ran.exit_code, told in ran.output) == (2, True), ran.output


SAMPLES = st.lists(
    st.builds(
        lambda minute, card, part, pod, share, sm, dram: {
            "time": TEN + minute * MINUTE,
            "instance": "i-0a",
            "gpu": card,
            "slice": part,
            "share": share,
            "namespace": "ml",
            "pod": pod,
            "team": pod,
            "sm_active": sm,
            "dram_active": dram,
        },
        st.integers(0, 150),
        st.sampled_from("01"),
        st.sampled_from(["1", "2", None]),
        st.sampled_from(["a", "b", None]),
        st.floats(0.01, 1),
        st.none() | st.floats(0, 1),
        st.none() | st.floats(0, 1),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda s: (s["time"], s["gpu"], s["slice"], s["pod"]),
)


@settings(max_examples=15, deadline=None)
@given(SAMPLES)
def test_whatever_the_samples_are_no_hour_of_a_card_is_longer_than_an_hour(
    tmp_path_factory: pytest.TempPathFactory, samples: list[Sample]
) -> None:
    folder = tmp_path_factory.mktemp("samples")
    rows = collected(folder, samples, f"SELECT hour, split_part(gpu, '/', 1), hours, {', '.join(PARTS)} FROM gpus")
    of_card: dict[Any, float] = {}
    for hour, card, whole, *parts in rows:
        assert min(parts) >= 0
        assert sum(parts) == pytest.approx(whole)
        of_card[hour, card] = of_card.get((hour, card), 0) + whole
    assert of_card
    assert max(of_card.values()) <= 1 + 1e-9
