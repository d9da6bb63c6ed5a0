"""Validation: is a model good enough to serve, and better than the one that serves now?

Every question that is asked becomes a `Check` in the verdict, passed or not, so the record shows what was looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from groundway.errors import InvalidInput, Refused

BINS = 10
CLIP = 1e-7


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Thresholds(_Record):
    """What a model must reach. Slices with fewer than `slice_support` rows, or of one class only, are not judged.

    Against a champion: its ROC AUC plus `auc_margin` must be reached, and its log loss exceeded by at most
    `log_loss_margin`.
    """

    auc_min: float = Field(ge=0, le=1)
    log_loss_max: float = Field(gt=0)
    calibration_error_max: float = Field(ge=0, le=1)
    slice_auc_min: float = Field(ge=0, le=1)
    slice_support: int = Field(ge=1)
    auc_margin: float = 0.0
    log_loss_margin: float = 0.0


class Metrics(_Record):
    """`auc` is null where only one class occurs. `calibration_error` is the expected calibration error, ten bins."""

    rows: int
    positive_rate: float
    mean_score: float
    auc: float | None
    log_loss: float
    calibration_error: float


class Check(_Record):
    """One question: `value` must be at least (`>=`) or at most (`<=`) `limit`. A value that is not there fails."""

    name: str
    value: float | None
    relation: str
    limit: float
    passed: bool

    def __str__(self) -> str:
        value = "none" if self.value is None else f"{self.value:.4f}"
        return f"{'pass' if self.passed else 'FAIL'}: {self.name} is {value}, required {self.relation} {self.limit:.4f}"


class Verdict(_Record):
    """`slices`: column -> value -> metrics, of every slice with rows, judged or not."""

    passed: bool
    checks: tuple[Check, ...]
    metrics: Metrics
    champion: Metrics | None = None
    slices: dict[str, dict[str, Metrics]] = {}

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every check as a line, the failed ones first."""
        return tuple(str(c) for c in sorted(self.checks, key=lambda c: c.passed))

    def require(self) -> Verdict:
        """The verdict itself if it passed; else `Refused` with what failed. Record the verdict before."""
        if not self.passed:
            raise Refused("the model did not pass validation:\n" + "\n".join(r for r in self.reasons if r[0] == "F"))
        return self


def validate(
    labels: Sequence[bool] | Any,
    scores: Sequence[float] | Any,
    thresholds: Thresholds,
    slices: Mapping[str, Sequence[str] | Any] | None = None,
    champion: Sequence[float] | Any | None = None,
) -> Verdict:
    """Judge `scores` (probabilities of a true label) on rows that the model was not trained on.

    `slices` holds a column of names per slice, `champion` the serving model's scores of the very same rows.
    Raises `InvalidInput` for columns that do not fit each other, scores that are no probabilities, or no rows.
    """
    y, p = _pair(labels, scores, "scores")
    overall = measure(y, p)
    checks = [
        _check("ROC AUC", overall.auc, ">=", thresholds.auc_min),
        _check("log loss", overall.log_loss, "<=", thresholds.log_loss_max),
        _check("calibration error", overall.calibration_error, "<=", thresholds.calibration_error_max),
    ]
    by_slice = {column: _sliced(column, values, y, p) for column, values in (slices or {}).items()}
    for column, parts in by_slice.items():
        for value, part in parts.items():
            if part.rows >= thresholds.slice_support and part.auc is not None:
                checks.append(_check(f"ROC AUC of {column}={value}", part.auc, ">=", thresholds.slice_auc_min))
    other = None
    if champion is not None:
        other = measure(y, _pair(labels, champion, "champion's scores")[1])
        auc, loss = (other.auc or 0.0) + thresholds.auc_margin, other.log_loss + thresholds.log_loss_margin
        checks.append(_check("ROC AUC against the champion", overall.auc, ">=", auc))
        checks.append(_check("log loss against the champion", overall.log_loss, "<=", loss))
    return Verdict(
        passed=all(c.passed for c in checks),
        checks=tuple(checks),
        metrics=overall,
        champion=other,
        slices=by_slice,
    )


def measure(labels: Any, scores: Any) -> Metrics:
    """The metrics of `scores` (probabilities) against boolean `labels`, at least one row."""
    y, p = _pair(labels, scores, "scores")
    q = np.clip(p, CLIP, 1 - CLIP)
    return Metrics(
        rows=len(y),
        positive_rate=float(y.mean()),
        mean_score=float(p.mean()),
        auc=auc(y, p),
        log_loss=float(-np.where(y, np.log(q), np.log1p(-q)).mean()),
        calibration_error=calibration_error(y, p),
    )


def auc(labels: Any, scores: Any) -> float | None:
    """Probability that a true row scores above a false one, ties counting half; None with one class only."""
    y, p = np.asarray(labels, dtype=bool), np.asarray(scores, dtype=float)
    positives = int(y.sum())
    negatives = len(y) - positives
    if positives == 0 or negatives == 0:
        return None
    _, which, counts = np.unique(p, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[which]  # equal scores share the mean of their ranks
    return float((ranks[y].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def calibration_error(labels: Any, scores: Any) -> float:
    """Expected calibration error: |mean label - mean score| in bins of equal width, weighted by their rows."""
    y, p = np.asarray(labels, dtype=float), np.asarray(scores, dtype=float)
    which = np.minimum((p * BINS).astype(int), BINS - 1)
    gaps = np.bincount(which, weights=y, minlength=BINS) - np.bincount(which, weights=p, minlength=BINS)
    return float(np.abs(gaps).sum() / len(y))


def _sliced(column: str, values: Any, y: Any, p: Any) -> dict[str, Metrics]:
    names = np.asarray(values, dtype=object).astype(str)
    if len(names) != len(y):
        raise InvalidInput(f"slice {column!r} has {len(names)} rows, the labels have {len(y)}")
    return {str(name): measure(y[names == name], p[names == name]) for name in np.unique(names)}


def _pair(labels: Any, scores: Any, what: str) -> tuple[Any, Any]:
    y, p = np.asarray(labels), np.asarray(scores, dtype=float)
    if len(y) == 0:
        raise InvalidInput("there are no rows to validate on")
    if len(y) != len(p):
        raise InvalidInput(f"{what}: {len(p)} rows, the labels have {len(y)}")
    if not np.isin(y, (0, 1)).all():
        raise InvalidInput("labels must be true or false")
    if not ((p >= 0) & (p <= 1)).all():
        raise InvalidInput(f"{what} must be probabilities from 0 to 1")
    return y.astype(bool), p


def _check(name: str, value: float | None, relation: str, limit: float) -> Check:
    passed = value is not None and (value >= limit if relation == ">=" else value <= limit)
    return Check(name=name, value=value, relation=relation, limit=limit, passed=passed)
