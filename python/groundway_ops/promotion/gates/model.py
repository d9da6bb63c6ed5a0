"""Each model on the target's own data: thresholds, slices, and against what the target serves now, on the same rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundway import platform as platforms
from groundway.errors import GroundwayError, Refused
from groundway.lineage import Lineage
from groundway.release import ModelPin, artifacts
from groundway_ops.accounts import Account
from groundway_ops.promotion.gates.gate import Request, Result

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from groundway.pipeline import Prepared, Span, Workload
    from groundway.serving.load import Model
    from groundway.validation import Verdict

NAME = "model"


def model(request: Request) -> Result:
    """Passes when each pinned model is what the target pins already, or proves itself on months it has not seen."""
    pins = request.candidate.models
    judged = {name: _judged(request, name, pin) for name, pin in sorted(pins.items())}
    problems = [f"{name}: {said['reason']}" for name, said in judged.items() if not said["passed"]]
    fine = "; ".join(f"{name}: {said['reason']}" for name, said in judged.items()) or "no models are pinned"
    evidence = {"models": judged}
    return Result(gate=NAME, passed=not problems, reason="; ".join(problems) or fine, evidence=evidence)


def _judged(request: Request, name: str, pin: ModelPin) -> dict[str, Any]:
    """`passed` and `reason`, and what was measured. One that cannot be judged does not pass."""
    serving = request.current.models.get(name) if request.current else None
    told: dict[str, Any] = {"version": pin.version, "digest": pin.digest}
    if serving and serving.digest == pin.digest:
        return {**told, "passed": True, "reason": f"version {pin.version} is what {request.target.name} pins already"}
    try:
        return {**told, **_measured(request, name, pin, serving)}
    except GroundwayError as e:
        return {**told, "passed": False, "reason": e.message}


def _measured(request: Request, name: str, pin: ModelPin, serving: ModelPin | None) -> dict[str, Any]:
    from groundway import pipeline
    from groundway.pipeline.train import score
    from groundway.validation import validate

    workload = pipeline.find(name)
    directory = _fetched(request, request.in_source, name, pin)
    champion = _fetched(request, request.in_target, name, serving) if serving else None
    with request.in_target.entered():
        prepared = _prepared(request, workload)
        span, rows = newest(workload, prepared, _trained_until(directory))
    request.report(f"model: {name} version {pin.version} on {span} of {request.target.name}: {len(rows):,} rows")
    scores = score(_loaded(directory, name, pin), rows)
    theirs = score(_loaded(champion, name, serving), rows) if champion and serving else None
    slices = {column: rows[column] for column in workload.SLICES}
    verdict = validate(rows[workload.LABEL].astype(bool), scores, workload.THRESHOLDS, slices, theirs)
    data = {"dataset": f"{prepared.dataset.name}@{prepared.dataset.version}", "span": str(span)}
    return {**data, **_told(verdict, pin, span), "against": serving.version if serving else None}


def newest(workload: Workload, prepared: Prepared, after: datetime) -> tuple[Span, pd.DataFrame]:
    """The last months of the data with enough labelled rows to judge a slice by, all of them from `after` on.

    Raises `Refused` where there are not so many: then nothing shows how the model does on what it has not seen.
    """
    from groundway.pipeline import Span

    last: str | None = None
    for month in _months(prepared, after):
        last = last or (month if len(_rows(workload, prepared, Span(month, month))) else None)
        if last is None:
            continue
        span = Span(month, last)
        rows = _rows(workload, prepared, span)
        if len(rows) >= workload.THRESHOLDS.slice_support:
            return span, rows
    raise Refused(
        f"dataset {prepared.dataset.name} has fewer than {workload.THRESHOLDS.slice_support} labelled rows from "
        f"{after:%Y-%m-%d} on, where the training ended: land newer data, {_land(workload.NAME, '')}".rstrip()
    )


def _months(prepared: Prepared, after: datetime) -> Iterator[str]:
    """The months of the data that begin no earlier than `after`, the last one first."""
    from groundway.pipeline.span import shift

    times = [
        t[c].max() for t in prepared.tables.values() for c in t.columns if t[c].dtype.base_type().__name__ == "Datetime"
    ]
    end = max((time for time in times if isinstance(time, datetime)), default=None)
    if end is None:
        return
    month = f"{end:%Y-%m}"
    first = f"{after:%Y-%m}" if (after.day, after.hour, after.minute) == (1, 0, 0) else shift(f"{after:%Y-%m}", 1)
    while month >= first:
        yield month
        month = shift(month, -1)


def _times(table: pl.DataFrame) -> list[str]:
    """The columns with times, at least one of them known."""
    import polars as pl

    return [c for c, kind in table.schema.items() if kind == pl.Datetime and table[c].count()]


def _rows(workload: Workload, prepared: Prepared, span: Span) -> pd.DataFrame:
    return workload.frame(prepared.store, prepared.tables, *span.window)


def _prepared(request: Request, workload: Workload) -> Prepared:
    """The target's newest version of the data. Raises `Refused`, with the command, where none was landed."""
    from groundway import data, pipeline

    platform = platforms.load(request.target.name)
    landed = data.versions(platform, workload.DATASET)
    if not landed:
        name = request.target.name
        raise Refused(f"{name} has no data of {workload.DATASET} to judge by: {_land(workload.NAME, name)}")
    return pipeline.prepare(workload, platform, request.report, landed[-1].version)


def _land(model: str, environment: str) -> str:
    return f"groundway pipeline land {model}" + (f" --environment {environment}" if environment else "")


def _trained_until(directory: Path) -> datetime:
    """When the span ended that the model in `directory` was trained on."""
    try:
        lineage = Lineage.model_validate_json((directory / "lineage.json").read_bytes())
        return lineage.windows["training"].end
    except (OSError, ValueError, KeyError):
        raise Refused("its lineage.json does not say which span it was trained on, so no other can be chosen") from None


def _fetched(request: Request, account: Account, name: str, pin: ModelPin) -> Path:
    """The pinned model from that account's own bucket, its files and its signature checked."""
    there = request.work / "models" / account.environment.name / name
    shutil.rmtree(there, ignore_errors=True)
    with account.entered():
        return artifacts.fetch(platforms.load(account.environment.name), name, pin, there)


def _loaded(directory: Path, name: str, pin: ModelPin) -> Model:
    from groundway.serving.load import load

    return load(directory, name, str(pin.version), pin.digest)


def _told(verdict: Verdict, pin: ModelPin, span: Span) -> dict[str, Any]:
    failed = [str(check) for check in verdict.checks if not check.passed]
    auc = "none" if verdict.metrics.auc is None else f"{verdict.metrics.auc:.4f}"
    fine = f"version {pin.version} passes {len(verdict.checks)} checks on {verdict.metrics.rows:,} rows of {span}"
    return {
        "passed": verdict.passed,
        "reason": f"version {pin.version} on {span}: {'; '.join(failed)}" if failed else f"{fine}: ROC AUC {auc}",
        "verdict": verdict.model_dump(mode="json"),
    }
