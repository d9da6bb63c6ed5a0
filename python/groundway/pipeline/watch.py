"""Traffic through the server, month by month: predict, log, learn the labels, assess, retrain where there is reason."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from groundway import monitoring
from groundway.errors import GroundwayError, Unavailable
from groundway.events import publish
from groundway.monitoring import Assessment
from groundway.pipeline.prepare import Prepared, Report
from groundway.pipeline.span import Span
from groundway.pipeline.train import Trained, train
from groundway.pipeline.workload import Workload
from groundway.platform import Platform
from groundway.registry import Registry
from groundway.serving import process as server

if TYPE_CHECKING:
    import httpx
    import polars as pl

LOGGED_WITHIN = 60.0  # seconds in which the server must have shipped its log


@dataclass(frozen=True)
class Observation:
    """A month of traffic: what the version that served it was found to do, and the candidate if one was trained."""

    month: str
    assessment: Assessment
    retrained: Trained | None


def watch(
    workload: Workload,
    platform: Platform,
    prepared: Prepared,
    registry: Registry,
    span: Span,
    history: int,
    report: Report,
) -> Iterator[Observation]:
    """Send the traffic of `span` through the running server and assess every month once its labels are known.

    Where the policy finds reasons, a candidate is trained on the `history` months before that month and judged, against
    the champion too, on the month itself, the newest with labels. If it passes, the server takes it up.

    Repeated, as after it was killed, it asks what was not asked yet and finds the same of the months that were.
    """
    tags = platform.require(workload.tags(platform))
    # A champion that it was not told of yet is what the months are held to.
    version, _ = server.reload(workload.NAME, platform.environment)
    report(f"version {version} is served")
    for month in span.months():
        asked = replay(workload, platform, prepared, month, report)
        monitoring.put_labels(platform, workload.NAME, asked.select("request_id", "event_time", "label"), tags)
        assessment = _assess(workload, platform, registry, month, len(asked))
        monitoring.publish(assessment, platform.environment)
        for line in (*assessment.reasons, *assessment.notes):
            report(f"{month}: {line}")
        retrained = None
        if assessment.retrain:
            report(f"{month}: retraining")
            retrained = train(workload, platform, prepared, registry, month.before(history), month, report)
            if retrained.promoted:
                server.reload(workload.NAME, platform.environment)
            _tell(platform, month, assessment, retrained)
        yield Observation(str(month), assessment, retrained)


def _tell(platform: Platform, month: Span, assessment: Assessment, retrained: Trained) -> None:
    """A month that is watched again finds the same version, and makes the same id."""
    made = retrained.version
    publish(
        "retrain",
        platform.environment,
        id=f"retrain {made.name} {month} {made.digest}",
        reason="; ".join(assessment.reasons),
        model=made.name,
        month=str(month),
        version=made.version,
        promoted=retrained.promoted,
    )


def replay(workload: Workload, platform: Platform, prepared: Prepared, month: Span, report: Report) -> pl.DataFrame:
    """Send one month's traffic: features become known in the online store, then the requests of that moment are asked.

    What is in the log already is not asked again: the online store knows later values by now, which were not known
    then. Returns what was asked, now or before. Raises `GroundwayError` when the server refuses a request,
    `Unavailable` when it is not up.
    """
    import httpx
    import polars as pl

    running = server.find(workload.NAME, platform.environment)
    if running is None:
        raise Unavailable(f"no server of {workload.NAME} is running: groundway serve start {workload.NAME}")
    logged = monitoring.window(platform, workload.NAME, *month.window).frame["request_id"].to_list()
    asked = []
    with httpx.Client(base_url=running.url, timeout=60) as client:
        for tick in workload.ticks(prepared.values, prepared.tables, *month.window):
            for view, rows in tick.known.items():
                prepared.store.push(view, rows)
            new = tick.requests.filter(~pl.col("request_id").is_in(logged))
            if len(new):
                _ask(client, tick.moment, new)
            asked.append(tick.requests)
    if not any(len(requests) for requests in asked):
        raise GroundwayError(f"the workload has no traffic in {month}")
    sent = pl.concat(asked)
    report(f"{month}: {len(sent):,} predictions" + (f", {len(logged):,} logged before" if logged else ""))
    return sent


def _ask(client: httpx.Client, moment: datetime, requests: pl.DataFrame) -> None:
    fields = requests.drop("label").rename({"request_id": "X-Request-Id", "event_time": "X-Groundway-Event-Time"})
    rows = fields.with_columns(_text(fields, "X-Groundway-Event-Time")).to_dicts()
    reply = client.post("/invocations", json={"instances": rows})
    if reply.status_code != 200:
        raise GroundwayError(f"the server refused the requests of {moment}: {reply.status_code} {reply.text}")


def _text(frame: pl.DataFrame, column: str) -> pl.Series:
    return frame[column].dt.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _assess(workload: Workload, platform: Platform, registry: Registry, month: Span, expected: int) -> Assessment:
    """The month against the reference of the version that served it, once the server has shipped all that it logged."""
    deadline = time.monotonic() + LOGGED_WITHIN
    while len((window := monitoring.window(platform, workload.NAME, *month.window)).frame) < expected:
        if time.monotonic() > deadline:
            raise Unavailable(
                f"{month}: the server logged {len(window.frame)} of {expected} predictions within {LOGGED_WITHIN:g} s"
            )
        time.sleep(0.5)
    version = window.frame.sort("served_at")["version"][-1]
    served = replace(window, frame=window.frame.filter(window.frame["version"] == version))
    return monitoring.assess(monitoring.reference(registry, workload.NAME, version), served, workload.POLICY)
