"""Train a candidate, judge it on later months and against the champion, and register it with its lineage."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from groundway import lineage as lineages
from groundway import registry as registries
from groundway import signing
from groundway.contract import assemble
from groundway.errors import InvalidInput
from groundway.lineage import Lineage
from groundway.pipeline.prepare import Prepared, Report
from groundway.pipeline.span import Span
from groundway.pipeline.workload import Workload
from groundway.platform import Platform
from groundway.registry import ModelVersion, Registry
from groundway.service import home
from groundway.tags import CostTags
from groundway.training import LocalTarget, TrainingJob
from groundway.validation import Verdict, validate

if TYPE_CHECKING:
    import pandas as pd

    from groundway.serving.load import Model


@dataclass(frozen=True)
class Trained:
    """A registered version and what it was judged by. `promoted`: it is the champion now."""

    version: ModelVersion
    verdict: Verdict
    lineage: Lineage
    promoted: bool


def train(
    workload: Workload,
    platform: Platform,
    prepared: Prepared,
    registry: Registry,
    training: Span,
    validation: Span,
    report: Report,
) -> Trained:
    """Train on one span, judge on a later one, register, and promote if it passed.

    The verdict, with its reasons, is kept with the version whichever way it goes. Raises `InvalidInput` when validation
    is not later than training or the cost tags are not allowed, `GroundwayError` when the script fails.
    """
    validation.require_after(training)
    tags = platform.require(workload.tags(platform).using(run=run_name(workload.NAME)))
    signer = signing.signer(platform.environment, "models")
    public = signing.public_of(signer) if signer else None
    lineage = _lineage(workload, prepared, training, validation, tags)
    if made := _made_before(registry, workload.NAME, lineage, public):
        report(f"version {made.version.version} was made from the very same lineage: nothing to train")
        return made
    rows = {name: _rows(workload, prepared, span) for name, span in _spans(training, validation).items()}
    report(f"run {tags.run}: training on {training} ({len(rows['training']):,} rows), judged on {validation}")
    model_dir = fit(workload, rows, tags, lineage.parameters, lineage.seed, report)
    verdict = judge(workload, registry, model_dir, rows["validation"], public)
    version = registries.register(registry, model_dir, workload.NAME, lineage, _numbers(verdict), verdict, tags, signer)
    if public:
        report(f"version {version.version} is signed with the key {signing.fingerprint(public)}")
    for reason in verdict.reasons:
        report(f"version {version.version}: {reason}")
    if verdict.passed:
        version = registries.promote(registry, workload.NAME, version.version)
    report(f"version {version.version} {'is the champion' if verdict.passed else 'was refused; the champion stays'}")
    return Trained(version, verdict, lineage, verdict.passed)


def _made_before(registry: Registry, name: str, lineage: Lineage, public: str | None) -> Trained | None:
    """The newest version of this lineage, with the verdict it got. A lineage does not know uncommitted code.

    Where models are signed, one that is not is nobody's: it is made again.

    This is how a pipeline that was killed goes on: a version that passed and was not promoted yet is promoted now. One
    that a later champion has replaced is not: it was not judged against that.
    """
    found = [] if lineage.code.dirty is not False else registries.find(registry, name, lineage.identity())
    found = [version for version in found if public is None or registries.signed(registry, version, public)]
    if not found:
        return None
    version = found[-1]
    verdict = Verdict.model_validate(registries.artifact(registry, version, "verdict.json"))
    champion = registries.champion(registry, name)
    if verdict.passed and (champion is None or champion.version < version.version):
        champion = version = registries.promote(registry, name, version.version)
    promoted = champion is not None and champion.version == version.version
    return Trained(version, verdict, registries.lineage(registry, version), promoted)


def run_name(model: str) -> str:
    """A name for a run that sorts by time and is a valid tag value."""
    return f"{model}-{datetime.now(UTC):%Y%m%dt%H%M%Sz}-{secrets.token_hex(2)}"


def fit(
    workload: Workload,
    rows: Mapping[str, pd.DataFrame],
    tags: CostTags,
    parameters: Mapping[str, Any],
    seed: int,
    report: Report,
) -> Path:
    """Run the training script on `rows` (channel -> frame); returns the model directory that it wrote."""
    channels = home() / "runs" / tags.run / "channels"
    for name, frame in rows.items():
        (channels / name).mkdir(parents=True, exist_ok=True)
        frame.to_parquet(channels / name / "rows.parquet", index=False)
    (channels / "contract").mkdir(parents=True, exist_ok=True)
    (channels / "contract" / "contract.json").write_text(workload.CONTRACT.model_dump_json(indent=1))
    job = TrainingJob(
        script=workload.SCRIPT,
        tags=tags,
        channels={name: channels / name for name in (*rows, "contract")},
        hyperparameters=dict(parameters),
        seed=seed,
    )
    return LocalTarget(home(), report).run(job).model_dir


def judge(
    workload: Workload, registry: Registry, model_dir: Path, rows: pd.DataFrame, public: str | None = None
) -> Verdict:
    """Thresholds, slices, and the champion's scores of the very same rows, if there is a champion."""
    from groundway.serving.load import load

    scores = score(load(model_dir, workload.NAME, "candidate", ""), rows)
    champion = registries.champion(registry, workload.NAME)
    theirs = score(fetch(registry, champion, public), rows) if champion else None
    slices = {column: rows[column] for column in workload.SLICES}
    return validate(rows[workload.LABEL].astype(bool), scores, workload.THRESHOLDS, slices, theirs)


def fetch(registry: Registry, version: ModelVersion, public: str | None) -> Model:
    """A registered version, its digest checked, and its signature where there is a `public` key; ready to score."""
    from groundway.serving.load import load

    with TemporaryDirectory() as directory:
        path = registries.download(registry, version.name, version.version, Path(directory) / "model", public)
        return load(path, version.name, str(version.version), version.digest)


def score(model: Model, rows: pd.DataFrame) -> Any:
    """The model's scores of rows that carry its request fields and online inputs: an array, one a row."""
    contract = model.contract
    online = {o.name: rows[o.name] for o in contract.online}
    return model.predict(assemble(contract, rows[[f.name for f in contract.request]], online))


def _spans(training: Span, validation: Span) -> dict[str, Span]:
    return {"training": training, "validation": validation}


def _rows(workload: Workload, prepared: Prepared, span: Span) -> pd.DataFrame:
    rows = workload.frame(prepared.store, prepared.tables, *span.window)
    if rows.empty:
        raise InvalidInput(f"dataset {prepared.dataset.name} has no labelled rows in {span}")
    return rows


def _lineage(workload: Workload, prepared: Prepared, training: Span, validation: Span, tags: CostTags) -> Lineage:
    return lineages.capture(
        dataset=prepared.dataset.name,
        dataset_version=prepared.dataset.version,
        features=prepared.features,
        windows={name: span.window for name, span in _spans(training, validation).items()},
        parameters=workload.HYPERPARAMETERS,
        seed=workload.SEED,
        script=workload.SCRIPT,
        requirements=workload.REQUIREMENTS,
        tags=tags,
        run=tags.run,
    )


def _numbers(verdict: Verdict) -> dict[str, float]:
    measured = verdict.metrics.model_dump()
    return {name: float(value) for name, value in measured.items() if value is not None}
