"""Is the new version as good as the one that it replaces? Each function says what is wrong, or None."""

import math

from groundway.environment.promotion import Rollout
from groundway_ops.rollout.target import Observation

LEAST = 20  # requests, or scores, below which a version is nothing to compare with
LATENCY_NOISE = 0.005  # seconds: what the 95th percentile differs by on a busy machine, whatever the model
Z = 3.09  # one in a thousand comparisons of versions that are alike may look worse than this


def errors(new: Observation, rules: Rollout) -> str | None:
    """Too many failed already for the step to end well, however the rest of its requests go."""
    if new.errors <= rules.error_rate * max(new.requests, rules.requests):
        return None
    return f"{new.errors} of {new.requests} requests failed; {rules.error_rate:.2%} may"


def rejected(new: Observation, old: Observation | None, rules: Rollout) -> str | None:
    """It takes requests for wrong that the other version takes for right."""
    if old is None or not (comparable(new) and comparable(old)):
        return None
    share, usual = new.rejected / new.requests, old.rejected / old.requests
    both = (new.rejected + old.rejected) / (new.requests + old.requests)
    noise = Z * math.sqrt(both * (1 - both) * (1 / new.requests + 1 / old.requests))
    if share - usual <= rules.error_rate + noise:
        return None
    return f"it rejected {share:.2%} of its requests, the version that it replaces {usual:.2%}"


def latency(new: Observation, old: Observation | None, rules: Rollout) -> str | None:
    if not (comparable(new) and comparable(old)) or old is None or not (new.latency_p95 and old.latency_p95):
        return None
    if new.latency_p95 <= max(rules.latency_ratio * old.latency_p95, old.latency_p95 + LATENCY_NOISE):
        return None
    return (
        f"95 of 100 requests took up to {new.latency_p95 * 1000:.1f} ms, {new.latency_p95 / old.latency_p95:.1f} times "
        f"the {old.latency_p95 * 1000:.1f} ms of the version that it replaces; {rules.latency_ratio:g} times is allowed"
    )


def drift(new: Observation, old: Observation | None, rules: Rollout) -> str | None:
    """The scores differ by more than the limit and what chance makes of samples of this size."""
    if old is None or min(len(new.scores), len(old.scores)) < LEAST:
        return None
    psi = score_psi(new, old)
    noise = psi_noise(len(old.scores), len(new.scores))
    if psi <= rules.score_psi + noise:
        return None
    return (
        f"the scores drifted: their population stability index is {psi:.2f}; {rules.score_psi:g} is allowed, "
        f"and {noise:.2f} for {len(new.scores)} and {len(old.scores)} scores"
    )


def comparable(seen: Observation | None) -> bool:
    return seen is not None and seen.requests >= LEAST


def score_psi(new: Observation, old: Observation) -> float:
    """Population stability index of the new version's scores against the old one's."""
    import polars as pl

    from groundway.monitoring.drift import compare

    reference, current = (pl.Series(list(o.scores), dtype=pl.Float64) for o in (old, new))
    return compare(reference, current, categorical=False).psi


def psi_noise(n: int, m: int) -> float:
    """What the index of two samples of ONE distribution stays below, but for one time in a thousand.

    It is about (1/n + 1/m) times a chi-squared of as many degrees of freedom as there are bins less one; its quantile
    is Wilson and Hilferty's.
    """
    from groundway.monitoring.drift import BINS

    k = BINS - 1
    quantile = k * (1 - 2 / (9 * k) + Z * math.sqrt(2 / (9 * k))) ** 3
    return (1 / n + 1 / m) * quantile
