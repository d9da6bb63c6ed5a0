"""Is it time to retrain? Drift and quality of a window, held against a policy."""

from datetime import datetime

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from groundway.errors import InvalidInput
from groundway.monitoring.drift import compare
from groundway.monitoring.observed import Reference, Window
from groundway.validation import Metrics, measure


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Policy(_Part):
    """Thresholds; what is past one is a reason to retrain. None: not looked at.

    `psi` holds for every input but those in `ignore` (a month of the year always differs from the months before) and
    those with a threshold of their own in `inputs`; `drifted_inputs` of them must be past it before that is a reason.
    A window of fewer than `rows` rows, or `labels` labelled ones, is too small to tell: its drift, or its quality, is
    shown and is no reason.
    """

    psi: float | None = Field(0.2, gt=0)
    inputs: dict[str, float] = {}
    ignore: tuple[str, ...] = ()
    drifted_inputs: int = Field(1, ge=1)
    score_psi: float | None = Field(0.2, gt=0)
    minimum_auc: float | None = Field(None, ge=0, le=1)
    maximum_auc_drop: float | None = Field(None, gt=0)
    maximum_log_loss: float | None = Field(None, gt=0)
    maximum_calibration_error: float | None = Field(None, gt=0)
    rows: int = Field(500, ge=1)
    labels: int = Field(500, ge=1)


class FeatureDrift(_Part):
    """See `groundway.monitoring.drift` for the measures. `threshold` is for psi; None where the policy ignores it."""

    psi: float
    js: float
    kl: float
    threshold: float | None
    drifted: bool


class Assessment(_Part):
    """`reasons` to retrain, in words; `notes` say what could not be judged."""

    model: str
    version: str
    start: datetime
    end: datetime
    rows: int
    labelled: int
    inputs: dict[str, FeatureDrift]
    score: FeatureDrift | None
    quality: Metrics | None
    reference_quality: Metrics | None
    reasons: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def retrain(self) -> bool:
        return bool(self.reasons)


def assess(reference: Reference, window: Window, policy: Policy) -> Assessment:
    """Hold `window` against `reference`. Raises `InvalidInput` for a policy on inputs that the model does not have."""
    if unknown := sorted({*policy.inputs, *policy.ignore} - set(reference.inputs)):
        raise InvalidInput(f"policy: the model has no input {unknown[0]!r}; it has {', '.join(reference.inputs)}")
    frame = window.frame
    inputs = {} if frame.is_empty() else {n: _drift(reference, frame, n, policy) for n in reference.inputs}
    score = None if frame.is_empty() else _drift(reference, frame, "score", policy)
    quality, expected = _quality(frame), _quality(reference.frame)
    labelled = quality.rows if quality else 0
    reasons: list[str] = []
    notes: list[str] = []
    if len(frame) < policy.rows:
        notes.append(f"{len(frame)} predictions are too few to judge drift by; the policy asks for {policy.rows}")
    else:
        reasons += _drift_reasons(inputs, score, policy)
    if quality is None or labelled < policy.labels:
        notes.append(f"{labelled} labels are too few to judge quality by; the policy asks for {policy.labels}")
    else:
        reasons += _quality_reasons(quality, expected, policy)
    return Assessment(
        model=window.model,
        version=reference.version,
        start=window.start,
        end=window.end,
        rows=len(frame),
        labelled=labelled,
        inputs=inputs,
        score=score,
        quality=quality,
        reference_quality=expected,
        reasons=tuple(reasons),
        notes=tuple(notes),
    )


def _drift(reference: Reference, frame: pl.DataFrame, name: str, policy: Policy) -> FeatureDrift:
    if name not in frame.columns:
        raise InvalidInput(f"the prediction log has no column {name!r}: it is of another model than the reference")
    found = compare(reference.frame[name], frame[name], categorical=name in reference.categorical)
    threshold = policy.score_psi if name == "score" else policy.inputs.get(name, policy.psi)
    if name in policy.ignore:
        threshold = None
    drifted = threshold is not None and found.psi > threshold
    return FeatureDrift(psi=found.psi, js=found.js, kl=found.kl, threshold=threshold, drifted=drifted)


def _drift_reasons(inputs: dict[str, FeatureDrift], score: FeatureDrift | None, policy: Policy) -> list[str]:
    drifted = {n: d for n, d in inputs.items() if d.drifted}
    reasons = []
    if len(drifted) >= policy.drifted_inputs:
        reasons = [f"drift of {n}: psi {d.psi:.3f} is above {d.threshold:g}" for n, d in drifted.items()]
    if score and score.drifted:
        reasons.append(f"drift of the score: psi {score.psi:.3f} is above {score.threshold:g}")
    return reasons


def _quality_reasons(quality: Metrics, expected: Metrics | None, policy: Policy) -> list[str]:
    reasons = []
    auc = quality.auc
    if auc is not None and policy.minimum_auc is not None and auc < policy.minimum_auc:
        reasons.append(f"quality: AUC {auc:.4f} is below {policy.minimum_auc:g}")
    if auc is not None and expected and expected.auc is not None and policy.maximum_auc_drop is not None:
        drop = expected.auc - auc
        if drop > policy.maximum_auc_drop:
            reasons.append(
                f"quality: AUC {auc:.4f} is {drop:.4f} below the reference's {expected.auc:.4f}, "
                f"more than {policy.maximum_auc_drop:g}"
            )
    for name, value, most in (
        ("log loss", quality.log_loss, policy.maximum_log_loss),
        ("calibration error", quality.calibration_error, policy.maximum_calibration_error),
    ):
        if most is not None and value > most:
            reasons.append(f"quality: {name} {value:.4f} is above {most:g}")
    return reasons


def _quality(frame: pl.DataFrame) -> Metrics | None:
    """Of the labelled rows; None without any."""
    if "label" not in frame.columns:
        return None
    known = frame.filter(pl.col("label").is_not_null())
    return None if known.is_empty() else measure(known["label"].cast(pl.Float64).to_numpy(), known["score"].to_numpy())
