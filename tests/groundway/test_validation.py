import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss, roc_auc_score

from groundway.errors import InvalidInput, Refused
from groundway.validation import Thresholds, Verdict, auc, calibration_error, measure, validate

LENIENT = Thresholds(auc_min=0.5, log_loss_max=1, calibration_error_max=0.5, slice_auc_min=0.5, slice_support=50)
RANDOM = np.random.default_rng(0)
CHANCE = RANDOM.uniform(0.05, 0.95, 2000)
LABELS = RANDOM.uniform(size=2000) < CHANCE  # the scores CHANCE are perfectly calibrated for these
WORSE = np.clip(CHANCE + RANDOM.normal(0, 0.3, 2000), 0.01, 0.99)


def failed(verdict: Verdict) -> list[str]:
    return [c.name for c in verdict.checks if not c.passed]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0, 0.1, 0.25, 0.5, 0.9, 1])), min_size=2, max_size=60))
def test_metrics_are_those_of_scikit_learn(rows: list[tuple[bool, float]]) -> None:
    labels, scores = [r[0] for r in rows], [r[1] for r in rows]
    found = measure(labels, scores)
    assert found.log_loss == pytest.approx(log_loss(labels, np.clip(scores, 1e-7, 1 - 1e-7), labels=[False, True]))
    if len(set(labels)) == 2:
        assert found.auc == pytest.approx(roc_auc_score(labels, scores))
    else:
        assert found.auc is None


def test_calibration_error_by_hand() -> None:
    # bin [0.2, 0.3): 3 of 4 true at 0.25; bin [0.9, 1]: 1 of 2 true at 0.95 and 1.0
    labels, scores = [1, 1, 1, 0, 1, 0], [0.25, 0.25, 0.25, 0.25, 0.95, 1.0]
    assert calibration_error(labels, scores) == pytest.approx((4 * 0.5 + 2 * 0.475) / 6)
    assert calibration_error(LABELS, CHANCE) < 0.04
    assert calibration_error(LABELS, CHANCE**3) > 0.15


def test_a_good_model_passes_and_says_what_was_asked() -> None:
    verdict = validate(LABELS, CHANCE, LENIENT)
    assert verdict.passed
    assert verdict.require() is verdict
    assert [c.name for c in verdict.checks] == ["ROC AUC", "log loss", "calibration error"]
    assert verdict.reasons[0] == f"pass: ROC AUC is {auc(LABELS, CHANCE):.4f}, required >= 0.5000"


@pytest.mark.parametrize(
    ("limit", "name"),
    [
        ({"auc_min": 0.95}, "ROC AUC"),
        ({"log_loss_max": 0.1}, "log loss"),
        ({"calibration_error_max": 0.0001}, "calibration error"),
    ],
)
def test_each_threshold_decides(limit: dict[str, float], name: str) -> None:
    verdict = validate(LABELS, CHANCE, LENIENT.model_copy(update=limit))
    assert not verdict.passed
    assert failed(verdict) == [name]
    assert verdict.reasons[0].startswith(f"FAIL: {name} is ")
    with pytest.raises(Refused, match=f"FAIL: {name}") as refused:
        verdict.require()
    assert "pass:" not in refused.value.message


def test_a_bad_slice_fails_only_where_there_is_enough_of_it() -> None:
    scores, names = CHANCE.copy(), np.full(2000, "AA", dtype=object)
    names[:60] = "HA"
    scores[:60] = 1 - scores[:60]
    slices = {"carrier": names}
    verdict = validate(LABELS, scores, LENIENT, slices)
    assert failed(verdict) == ["ROC AUC of carrier=HA"]
    assert verdict.slices["carrier"]["HA"].rows == 60
    lenient = validate(LABELS, scores, LENIENT.model_copy(update={"slice_support": 61}), slices)
    assert lenient.passed
    assert lenient.slices == verdict.slices


def test_a_slice_of_one_class_is_shown_and_not_judged() -> None:
    names = np.where(LABELS, "late", "timely")
    verdict = validate(LABELS, CHANCE, LENIENT, {"kind": names})
    assert verdict.passed
    assert verdict.slices["kind"]["late"].auc is None
    assert not validate(np.ones(2000), CHANCE, LENIENT.model_copy(update={"log_loss_max": 9})).passed


def test_the_champion_decides_on_the_same_rows() -> None:
    assert validate(LABELS, CHANCE, LENIENT, champion=WORSE).passed
    assert failed(validate(LABELS, WORSE, LENIENT, champion=CHANCE)) == [
        "ROC AUC against the champion",
        "log loss against the champion",
    ]
    assert validate(LABELS, CHANCE, LENIENT, champion=CHANCE).passed
    margin = LENIENT.model_copy(update={"auc_margin": 0.01})
    assert failed(validate(LABELS, CHANCE, margin, champion=CHANCE)) == ["ROC AUC against the champion"]
    strict = LENIENT.model_copy(update={"log_loss_margin": -0.01})
    assert failed(validate(LABELS, CHANCE, strict, champion=CHANCE)) == ["log loss against the champion"]
    assert validate(LABELS, CHANCE, LENIENT, champion=WORSE).champion == measure(LABELS, WORSE)


def test_a_verdict_survives_being_recorded() -> None:
    verdict = validate(LABELS, WORSE, LENIENT, {"half": np.repeat(["a", "b"], 1000)}, CHANCE)
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


@pytest.mark.parametrize(
    ("labels", "scores", "why"),
    [
        ([], [], "no rows"),
        ([True], [0.1, 0.2], "scores: 2 rows, the labels have 1"),
        ([True, False], [0.1, 1.2], "probabilities"),
        ([True, False], [0.1, float("nan")], "probabilities"),
        ([1, 2], [0.1, 0.2], "true or false"),
        ([1.0, float("nan")], [0.1, 0.2], "true or false"),
    ],
)
def test_rows_that_cannot_be_judged_are_refused(labels: list, scores: list, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        validate(labels, scores, LENIENT)


def test_columns_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput, match="slice 'carrier' has 1 rows, the labels have 2000"):
        validate(LABELS, CHANCE, LENIENT, {"carrier": ["AA"]})
    with pytest.raises(InvalidInput, match="champion's scores: 3 rows"):
        validate(LABELS, CHANCE, LENIENT, champion=[0.1] * 3)
