"""What the runtime found, as the record and as text: from real verdicts and assessments, not from made-up ones."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from groundway import monitoring
from groundway.lineage import Code, Lineage
from groundway.lineage import Window as Months
from groundway.monitoring import Policy, Reference, Window
from groundway.pipeline import Observation, Span, Trained
from groundway.registry import ModelVersion
from groundway.tags import CostTags
from groundway.validation import Thresholds, measure, validate
from groundway_ops.demo.convert import month, summary, version
from groundway_ops.report.record import Bill, Dataset, Deployment, Record, Reproduction, Step

TAGS = CostTags(team="t", project="p", environment="dev", cost_center="c", owner="o", model="m", run="r")
POLICY = Policy(psi=0.2, rows=100, labels=100)


def scored(seed: int, least: float = 0.0) -> pl.DataFrame:
    """Rows of one input, a score that follows it, and a label that follows the score."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(least, 1, 1000)
    label = (rng.uniform(size=1000) < x).astype(float)
    return pl.DataFrame({"x": x, "score": x, "label": label, "side": np.where(x > 0.5, "high", "low")})


def trained(number: int, passed: bool = True, promoted: bool = True) -> Trained:
    rows = scored(number)
    limits = Thresholds(
        auc_min=0.7 if passed else 0.99, log_loss_max=9, calibration_error_max=1, slice_auc_min=0, slice_support=10
    )
    verdict = validate(rows["label"], rows["score"], limits, {"side": rows["side"]})
    spans = {"training": Span.parse("2012-11..2013-01"), "validation": Span.parse("2013-02")}
    lineage = Lineage(
        code=Code(revision=None, dirty=None),
        dataset="d",
        dataset_version="v",
        features="f",
        windows={name: Months(start=s.start, end=s.end) for name, s in spans.items()},
        parameters={},
        seed=1,
        requirements="q",
        python="3.11.7",
        script="s",
        tags=TAGS,
        run="r",
    )
    made = ModelVersion(
        name="m",
        version=number,
        run_id="r",
        digest="ab" * 32,
        identity=lineage.identity(),
        passed=passed,
        aliases=(),
        created=datetime.now(UTC),
        tags={},
    )
    return Trained(made, verdict, lineage, promoted)


def observed(least: float = 0.0, retrained: Trained | None = None, labelled: bool = True) -> Observation:
    reference = Reference("1", scored(0), ("x",), frozenset())
    frame = scored(7, least)
    if not labelled:
        frame = frame.with_columns(label=pl.lit(None, pl.Float64))
    window = Window("m", *Span.parse("2013-03").window, frame)
    return Observation("2013-03", monitoring.assess(reference, window, POLICY), retrained)


def test_a_version_has_the_verdicts_numbers_and_only_failed_checks_as_reasons() -> None:
    good, bad = version(trained(1)), version(trained(2, passed=False, promoted=False))
    rows = scored(1)
    found = measure(rows["label"], rows["score"])
    assert (good.version, good.digest, good.passed, good.champion, good.reasons) == ("1", "ab" * 32, True, True, [])
    assert (good.trained_on, good.validated_on) == (("2012-11", "2013-01"), ("2013-02", "2013-02"))
    assert (good.metrics.rows, good.metrics.roc_auc, good.metrics.log_loss) == (1000, found.auc, found.log_loss)
    assert good.metrics.calibration_error == found.calibration_error
    assert good.metrics.positive_rate == found.positive_rate
    assert {(s.by, s.value) for s in good.slices} == {("side", "high"), ("side", "low")}
    assert sum(s.rows for s in good.slices) == 1000
    assert (bad.passed, bad.champion, len(bad.reasons)) == (False, False, 1)
    assert bad.reasons[0].startswith("FAIL: ROC AUC is 0.8")


def test_a_month_has_what_was_assessed_and_what_came_of_it() -> None:
    calm, moved = month(observed()), month(observed(0.5, trained(2)))
    assert (calm.month, calm.version, calm.reasons) == ("2013-03", "1", [])
    assert (calm.retrained_as, calm.promoted) == (None, None)
    seen = observed(0.5).assessment
    assert (moved.retrained_as, moved.promoted, moved.reasons) == ("2", True, list(seen.reasons))
    assert [r.split(":")[0] for r in moved.reasons] == ["drift of x", "drift of the score"]
    drift = seen.inputs["x"]
    assert moved.features["x"].model_dump() == {"psi": drift.psi, "js": drift.js, "kl": drift.kl}
    assert moved.metrics.rows == 1000
    with pytest.raises(ValueError, match="2013-03 has no labelled predictions"):
        month(observed(labelled=False))


def test_the_summary_tells_all_of_it() -> None:
    first, refused = trained(1), trained(2, passed=False, promoted=False)
    record = Record(
        started="now",
        model="m",
        deployment=Deployment(
            environment="dev", cloud="local", by_stack={"a": 90, "b": 38}, by_type={"x": 8, "y": 120}, destroyed=128
        ),
        dataset=Dataset(name="d", version="cafe", rows={"a": 1000, "b": 234}),
        versions=[version(first), version(refused)],
        months=[month(observed()), month(observed(0.5, refused)), month(observed(0.5, trained(3)))],
        reproduction=Reproduction(version="1", rows=1000, identical=True, digest="ab" * 32),
        steps=[Step(name="a", seconds=1.5), Step(name="b", seconds=2.5)],
    )
    text = summary(record)
    assert "resources   128 deployed, 128 destroyed (2 types)" in text
    assert "data        1,234 rows, version cafe" in text
    for made, ending in ((first, "passed"), (refused, "refused (FAIL: ROC AUC is ")):
        m = made.verdict.metrics
        assert (
            f"version {made.version.version}   trained on 2012-11 to 2013-01: ROC AUC {m.auc:.4f}, "
            f"log loss {m.log_loss:.4f}, calibration error {m.calibration_error:.4f} on 2013-02: {ending}"
        ) in text
    auc = observed().assessment.quality.auc
    calm, moved, taken = (line for line in text.splitlines() if line.startswith("  2013-03"))
    assert f"1,000   {auc:.4f}" in calm
    assert "retrained" not in calm
    assert moved.endswith("-> retrained: version 2 did not pass")
    assert taken.endswith("-> retrained: version 3 took over")
    assert "rebuilt     version 1 from its lineage: 1,000 predictions identical" in text
    assert "time        4 s" in text
    assert record.reproduction
    record.reproduction.identical = False
    assert "1,000 predictions DIFFERENT" in summary(record)


def test_the_summary_has_two_lines_of_the_bill() -> None:
    bill = Bill(period="2026-11", spent="$12.34", simulated=True, page="cost.html", unusual="a node left running")
    lines = summary(Record(started="now", model="m", bill=bill)).splitlines()
    assert lines[1:3] == [
        "  bill        $12.34 in 2026-11 (simulated), see cost.html",
        "  unusual     a node left running",
    ]
    real = bill.model_copy(update={"simulated": False, "unusual": ""})
    lines = summary(Record(started="now", model="m", bill=real)).splitlines()
    assert lines[1:3] == ["  bill        $12.34 in 2026-11, see cost.html", "  unusual     nothing"]


def test_the_summary_of_a_journey_that_ended_at_once_is_short() -> None:
    assert summary(Record(started="now", model="m")).splitlines() == ["m: what happened", "  time        0 s"]
