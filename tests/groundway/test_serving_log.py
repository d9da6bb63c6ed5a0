"""The prediction log: by time, by size, at the end; bounded, and patient when S3 is not there."""

import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from groundway.errors import InvalidInput
from groundway.serving.metrics import Metrics
from groundway.serving.prediction_log import PredictionLog, check_names
from groundway.serving.wire import request

JULY = "2013-07-01T23:30:00Z"
AUGUST = "2013-08-01T00:00:00Z"


class Sink:
    def __init__(self) -> None:
        self.files: list[tuple[str, pd.DataFrame]] = []
        self.broken = False

    def put(self, path: Path, day: str) -> None:
        if self.broken:
            raise OSError("no network")
        self.files.append((day, pd.read_parquet(path)))

    @property
    def rows(self) -> int:
        return sum(len(f) for _, f in self.files)


@pytest.fixture
def sink() -> Sink:
    return Sink()


def make(tmp_path: Path, sink: Sink, **changes) -> tuple[PredictionLog, Metrics]:
    metrics = Metrics("m")
    settings = {"seconds": 0.05, "rows": 1000, "memory_rows": 10_000, "spool_bytes": 2**20, **changes}
    return PredictionLog(tmp_path, sink, metrics, print, **settings), metrics


def add(log: PredictionLog, rows: int = 1, at: str = JULY, version: str = "1", name: str = "r") -> None:
    asked = request([{"n": i} for i in range(rows)], {"x-request-id": name, "x-groundway-event-time": at})
    log.add([asked], pd.DataFrame({"n": np.arange(rows, dtype=float)}), np.full(rows, 0.25), version)


def until(condition, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def test_rows_arrive_under_the_day_of_their_event_time(tmp_path: Path, sink: Sink) -> None:
    log, metrics = make(tmp_path, sink)
    add(log, 2)
    add(log, 1, at=AUGUST, name="s")
    log.close()
    files = dict(sink.files)
    assert sorted(files) == ["2013-07-01", "2013-08-01"]
    july = files["2013-07-01"]
    assert july.request_id.tolist() == ["r/0", "r/1"]
    assert july.n.tolist() == [0, 1]
    assert july.score.tolist() == [0.25, 0.25]
    assert july.event_time[0] == datetime(2013, 7, 1, 23, 30, tzinfo=UTC)
    assert abs((july.served_at[0] - datetime.now(UTC)).total_seconds()) < 5
    assert metrics.registry.get_sample_value("groundway_logged_rows_total") == 3
    assert list(tmp_path.iterdir()) == []


def test_they_are_sent_by_time(tmp_path: Path, sink: Sink) -> None:
    log, _ = make(tmp_path, sink)
    add(log)
    until(lambda: sink.rows == 1)
    log.close()


def test_they_are_sent_by_size(tmp_path: Path, sink: Sink) -> None:
    log, _ = make(tmp_path, sink, seconds=600, rows=10)
    add(log, 9)
    time.sleep(0.2)
    assert sink.rows == 0
    add(log, 1)
    until(lambda: sink.rows == 10)
    log.close()


def test_while_s3_is_away_they_wait_on_disk_and_adding_does_not(tmp_path: Path, sink: Sink) -> None:
    sink.broken = True
    log, _ = make(tmp_path, sink)
    add(log, 3)
    until(lambda: len(list(tmp_path.glob("[!.]*.parquet"))) == 1)
    begun = time.perf_counter()
    add(log, 3)
    assert time.perf_counter() - begun < 0.05
    sink.broken = False
    until(lambda: sink.rows == 6)
    log.close()


def test_what_a_killed_server_left_on_disk_is_sent_by_the_next(tmp_path: Path, sink: Sink) -> None:
    sink.broken = True
    log, _ = make(tmp_path, sink)
    add(log, 3)
    log.close()
    sink.broken = False
    make(tmp_path, sink)[0].close()
    assert sink.rows == 3


def test_memory_is_bounded_and_what_is_dropped_is_counted(tmp_path: Path, sink: Sink) -> None:
    log, metrics = make(tmp_path, sink, seconds=600, memory_rows=5)
    add(log, 4)
    add(log, 4)
    log.close()
    assert sink.rows == 4
    assert metrics.registry.get_sample_value("groundway_dropped_rows_total") == 4


def test_the_disk_is_bounded_and_the_oldest_go_first(tmp_path: Path, sink: Sink) -> None:
    sink.broken = True
    log, metrics = make(tmp_path, sink, spool_bytes=6000, seconds=3600)
    for name in "abc":  # one file each
        add(log, name=name)
        log._flush()
    sink.broken = False
    log.close()
    kept = [f.request_id[0] for _, f in sink.files]
    dropped = metrics.registry.get_sample_value("groundway_dropped_rows_total")
    assert kept == ["a", "b", "c"][int(dropped) :]
    assert dropped > 0


def test_inputs_named_like_the_logs_own_columns_are_refused() -> None:
    check_names(("carrier", "distance"))
    with pytest.raises(InvalidInput, match="'score'"):
        check_names(("carrier", "score"))
