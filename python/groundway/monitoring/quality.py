"""How good probabilities were, once the labels are known."""

from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from groundway.errors import InvalidInput

CALIBRATION_BINS = 10
CLIP = 1e-15

Array = np.ndarray[Any, Any]


class Quality(BaseModel):
    """`auc` is None where all labels are the same. `calibration_error`: mean |score - label| over ten bins of equal
    width, of the bins' means, weighted by their rows (expected calibration error)."""

    model_config = ConfigDict(frozen=True)

    rows: int
    auc: float | None
    log_loss: float
    calibration_error: float
    positive_rate: float
    mean_score: float


def measure(labels: Array, scores: Array) -> Quality:
    """`labels` are 0 or 1, `scores` probabilities of 1, both (n,) with n > 0. Raises `InvalidInput`."""
    labels, scores = np.asarray(labels, dtype=float), np.asarray(scores, dtype=float)
    if len(labels) != len(scores) or not len(labels):
        raise InvalidInput(f"quality needs as many labels as scores, and some: {len(labels)} and {len(scores)}")
    if not np.isin(labels, (0.0, 1.0)).all():
        raise InvalidInput("labels must be 0 or 1")
    if not ((scores >= 0) & (scores <= 1)).all():
        raise InvalidInput("scores must be probabilities, from 0 to 1")
    return Quality(
        rows=len(labels),
        auc=_auc(labels, scores),
        log_loss=_log_loss(labels, scores),
        calibration_error=_calibration_error(labels, scores),
        positive_rate=float(labels.mean()),
        mean_score=float(scores.mean()),
    )


def _auc(labels: Array, scores: Array) -> float | None:
    """Mann-Whitney: the chance that a positive is scored above a negative, ties counting half."""
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return None
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def _log_loss(labels: Array, scores: Array) -> float:
    p = np.clip(scores, CLIP, 1 - CLIP)
    return float(-(labels * np.log(p) + (1 - labels) * np.log(1 - p)).mean())


def _calibration_error(labels: Array, scores: Array) -> float:
    bins = np.minimum((scores * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, weights=scores - labels, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(labels))
