"""What is a breach, and what is chance."""

import numpy as np
import pytest

from groundway.environment.promotion import Rollout
from groundway_ops.rollout import Observation, judge

RULES = Rollout(requests=100)


def seen(**changes) -> Observation:
    return Observation(**{"requests": 100, "errors": 0, "latency_p95": 0.02, **changes})


@pytest.mark.parametrize(
    ("requests", "errors", "breach"), [(100, 1, False), (100, 2, True), (5, 1, False), (5, 2, True), (900, 9, False)]
)
def test_errors_are_a_share_of_the_requests_that_a_step_wants(requests: int, errors: int, breach: bool) -> None:
    assert (judge.errors(seen(requests=requests, errors=errors), RULES) is not None) == breach


@pytest.mark.parametrize(
    ("new", "old", "breach"),
    [
        (0.039, 0.020, False),
        (0.041, 0.020, True),
        (0.004, 0.001, False),  # what a busy machine does to any model
        (0.007, 0.001, True),
        (None, 0.001, False),
    ],
)
def test_latency_is_held_against_the_other_versions(new: float | None, old: float, breach: bool) -> None:
    assert (judge.latency(seen(latency_p95=new), seen(latency_p95=old), RULES) is not None) == breach
    assert judge.latency(seen(latency_p95=new), None, RULES) is None
    assert judge.latency(seen(latency_p95=new), seen(latency_p95=old, requests=5), RULES) is None


@pytest.mark.parametrize(
    ("new", "old", "breach"), [(100, 0, True), (50, 50, False), (20, 0, True), (2, 0, False), (1, 1, False)]
)
def test_what_is_rejected_is_held_against_the_other_version_too(new: int, old: int, breach: bool) -> None:
    found = judge.rejected(seen(rejected=new), seen(rejected=old), RULES)
    assert (found is not None) == breach


@pytest.mark.parametrize("size", [30, 100, 2000])
def test_scores_of_one_distribution_are_no_drift_however_few(size: int) -> None:
    rng = np.random.default_rng(3)
    found = [
        judge.drift(seen(scores=rng.beta(2, 5, size)), seen(scores=rng.beta(2, 5, 2000)), RULES) for _ in range(200)
    ]
    assert sum(f is not None for f in found) <= 2


@pytest.mark.parametrize("size", [100, 2000])
def test_scores_of_another_distribution_are(size: int) -> None:
    rng = np.random.default_rng(3)
    new, old = seen(scores=rng.beta(5, 2, size)), seen(scores=rng.beta(2, 5, size))
    assert "population stability index" in (judge.drift(new, old, RULES) or "")
    assert judge.drift(seen(scores=new.scores[:19]), old, RULES) is None


def test_the_allowance_for_chance_is_the_quantile_of_chi_squared() -> None:
    from scipy.stats import chi2

    assert judge.psi_noise(100, 100) == pytest.approx(0.02 * chi2.ppf(0.999, 9), rel=0.01)
