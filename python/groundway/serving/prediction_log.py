"""What the server predicted, kept for monitoring: memory -> Parquet on disk -> S3, never in a request's way.

A row holds the inputs as the model was given them, and `request_id`, `event_time`, `served_at`, `version`, `score`.
A server that is killed loses what is in memory, at most `seconds` of it; what is on disk is sent by its successor.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from groundway.errors import InvalidInput
from groundway.serving.metrics import Metrics
from groundway.serving.wire import Request

if TYPE_CHECKING:
    import pandas as pd

ABOUT = ("request_id", "event_time", "served_at", "version", "score")


class Sink(Protocol):
    """Where files go: `put(file, day)` raises on failure."""

    def put(self, path: Path, day: str) -> None: ...


@dataclass(frozen=True)
class Chunk:
    ids: list[str]
    times: list[datetime]
    served: datetime
    inputs: "pd.DataFrame"
    scores: Any
    version: str


class PredictionLog:
    """Bounded: beyond `memory_rows` in memory, or `spool_bytes` on disk, rows are dropped and counted."""

    def __init__(
        self,
        spool: Path,
        sink: Sink,
        metrics: Metrics,
        report: Callable[[str], None],
        *,
        seconds: float,
        rows: int,
        memory_rows: int,
        spool_bytes: int,
    ) -> None:
        spool.mkdir(parents=True, exist_ok=True)
        self._spool, self._sink, self._metrics, self._report = spool, sink, metrics, report
        self._seconds, self._full, self._memory_rows, self._spool_bytes = seconds, rows, memory_rows, spool_bytes
        self._chunks: list[Chunk] = []
        self._rows = 0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="prediction-log", daemon=True)
        self._thread.start()

    def add(self, requests: list[Request], inputs: "pd.DataFrame", scores: Any, version: str) -> None:
        """Take note of a pass through the model. Costs microseconds: the work is done in the log's own thread."""
        with self._lock:
            if self._rows + len(scores) > self._memory_rows:
                self._metrics.dropped.inc(len(scores))
                return
            ids = [i for r in requests for i in r.ids]
            times = [t for r in requests for t in r.times]
            self._chunks.append(Chunk(ids, times, datetime.now(UTC), inputs, scores, version))
            self._rows += len(scores)
            full = self._rows >= self._full
        if full:
            self._wake.set()

    def close(self, timeout: float = 30.0) -> None:
        """Store and send what there is."""
        self._stopping = True
        self._wake.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(self._seconds)
            self._wake.clear()
            self._flush()
        self._flush()

    def _flush(self) -> None:
        try:
            self._store()
            self._send()
        except Exception as e:  # the log must outlive a full disk or a lost network
            self._report(f"prediction log: {type(e).__name__}: {e}; trying again in {self._seconds:g} s")

    def _store(self) -> None:
        """Memory to disk: one file for each day of event time and version."""
        with self._lock:
            chunks, rows = self._chunks, self._rows
            self._chunks, self._rows = [], 0
        if not chunks:
            return
        try:
            for day, part in parts(chunks):
                name = f"{day}~{time.time_ns()}-{uuid4().hex[:8]}-{len(part)}.parquet"
                scratch = self._spool / f".{name}"
                part.drop(columns="_day").to_parquet(scratch, index=False, compression="zstd")
                scratch.replace(self._spool / name)
            self._metrics.logged.inc(rows)
        except Exception:
            self._metrics.dropped.inc(rows)
            raise

    def _send(self) -> None:
        files = sorted(self._spool.glob("[!.]*.parquet"), key=lambda p: p.name.split("~")[1])
        self._make_room(files)
        for path in files:
            if path.exists():
                self._sink.put(path, path.name.split("~")[0])
                path.unlink()

    def _make_room(self, files: list[Path]) -> None:
        sizes = {path: path.stat().st_size for path in files}
        excess = sum(sizes.values()) - self._spool_bytes
        for path in files:
            if excess <= 0:
                return
            self._metrics.dropped.inc(int(path.stem.rsplit("-", 1)[1]))  # its rows, from its name
            path.unlink()
            excess -= sizes[path]


def parts(chunks: list[Chunk]) -> "Iterator[tuple[str, pd.DataFrame]]":
    """(day, rows) of each version: versions may have other inputs, so their rows never share a frame."""
    for version in dict.fromkeys(c.version for c in chunks):
        for day, part in frame([c for c in chunks if c.version == version]).groupby("_day", sort=True):
            yield str(day), part


def frame(chunks: list[Chunk]) -> "pd.DataFrame":
    """The chunks, of one version, as one frame, with `_day`, the date of the event time."""
    import pandas as pd

    parts = []
    for c in chunks:
        times = pd.DatetimeIndex(c.times).as_unit("us")
        about = {
            "request_id": c.ids,
            "event_time": times,
            "served_at": pd.Timestamp(c.served).as_unit("us"),
            "version": c.version,
            "score": c.scores,
            "_day": times.strftime("%Y-%m-%d"),
        }
        parts.append(c.inputs.reset_index(drop=True).assign(**about))
    return pd.concat(parts, ignore_index=True)


def check_names(inputs: tuple[str, ...]) -> None:
    """Raise `InvalidInput` for a model whose inputs are named like the log's own columns."""
    if taken := sorted(set(inputs) & {*ABOUT, "label", "_day"}):
        raise InvalidInput(f"model input {taken[0]!r} is named like a column of the prediction log; rename it")
