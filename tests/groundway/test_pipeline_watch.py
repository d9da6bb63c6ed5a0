"""Months of traffic through a real server: the world changes in April. What is wrong is found, judged and replaced."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import boto3
import httpx
import polars as pl
import pytest
from click.testing import CliRunner
from small_place import deployed, installed, runs
from small_workload import DAYS, LABEL, ROWS, SmallWorkload, committed

from groundway import monitoring
from groundway import registry as models
from groundway.commands.pipeline import pipeline as command
from groundway.commands.registry import registry as registry_command
from groundway.errors import GroundwayError, Unavailable
from groundway.pipeline import Observation, Prepared, Span, Tick, Trained, prepare, train, watch
from groundway.pipeline.watch import replay
from groundway.platform import Platform
from groundway.registry import Registry
from groundway.serving import process
from groundway.serving.settings import Settings
from groundway.tags import KEYS

pytestmark = pytest.mark.slow

A_MONTH = ROWS * len(DAYS)
MONTHS = Span.parse("2013-03..2013-06")


@dataclass(frozen=True)
class Life:
    """A model that was trained on January and served from March on: what was `seen`, and `served` after each month.

    In the middle of June the watch was killed; what it saw when it was repeated, from March on, is `again`. `told` is
    what was published, both times.
    """

    workload: SmallWorkload
    platform: Platform
    prepared: Prepared
    registry: Registry
    first: Trained
    seen: dict[str, Observation]
    served: dict[str, str]
    again: list[Observation]
    said: list[str]
    told: list[dict[str, object]]

    def live(self, watching: Iterator[Observation]) -> None:
        for observation in watching:
            self.seen[observation.month] = observation
            self.served[observation.month] = self.served_now()

    def served_now(self) -> str:
        running = process.find(self.workload.NAME)
        assert running
        return httpx.get(f"{running.url}/v2/models/{self.workload.NAME}").json()["versions"][0]

    def window(self, month: str) -> pl.DataFrame:
        return monitoring.window(self.platform, self.workload.NAME, *Span.parse(month).window).frame


class Killed:
    """The workload, with a process that is killed after three moments of June."""

    def __init__(self, workload: SmallWorkload) -> None:
        self._workload = workload

    def __getattr__(self, name: str) -> object:
        return getattr(self._workload, name)

    def ticks(self, *arguments) -> Iterator[Tick]:
        for tick in self._workload.ticks(*arguments):
            if tick.moment >= datetime(2013, 6, DAYS[3], tzinfo=UTC):
                raise KeyboardInterrupt
            yield tick


@pytest.fixture(scope="module")
def life(registry_service, emulator_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    home = tmp_path_factory.mktemp("watch-home")
    with deployed(emulator_url, registry_service.url, home) as platform, pytest.MonkeyPatch.context() as patched:
        workload = committed(tmp_path_factory.mktemp("code"), "small-watch")
        prepared, registry, said = prepare(workload, platform, print), models.connect(), list[str]()
        common = (workload, platform, prepared, registry)
        first = train(*common, Span.parse("2013-01"), Span.parse("2013-02"), print)
        told: list[dict[str, object]] = []
        watching = import_module("groundway.pipeline.watch")  # the package has a function of that name
        patched.setattr(watching, "publish", lambda *what, **more: told.append({"what": what, **more}))
        lived = Life(*common, first, {}, {}, [], said, told)
        try:
            process.start(Settings(model=workload.NAME, log_seconds=0.3), report=print)
            with pytest.raises(KeyboardInterrupt):
                lived.live(watch(Killed(workload), *common[1:], MONTHS, 1, said.append))
            assert list(lived.seen) == ["2013-03", "2013-04", "2013-05"]
            lived.again.extend(watch(*common, MONTHS, 1, said.append))
            yield lived
        finally:
            process.stop(workload.NAME)


def test_a_month_like_those_before_changes_nothing(life: Life) -> None:
    march = life.seen["2013-03"]
    assert (march.assessment.version, march.assessment.rows, march.assessment.labelled) == ("1", A_MONTH, A_MONTH)
    assert march.assessment.quality is not None
    assert march.assessment.quality.auc is not None
    assert march.assessment.quality.auc > 0.85
    assert not march.assessment.retrain
    assert march.retrained is None
    assert life.served["2013-03"] == "1"


def test_when_the_world_changes_a_candidate_of_the_old_world_is_refused(life: Life) -> None:
    april = life.seen["2013-04"]
    assert april.assessment.retrain
    assert "below the reference's" in april.assessment.reasons[0]
    assert april.retrained is not None
    assert (april.retrained.version.version, april.retrained.promoted) == (2, False)
    windows = april.retrained.lineage.windows
    assert (windows["training"].start, windows["training"].end) == Span.parse("2013-03").window
    assert (windows["validation"].start, windows["validation"].end) == Span.parse("2013-04").window
    assert life.served["2013-04"] == "1"


def test_what_the_candidate_is_held_against_is_what_was_served(life: Life) -> None:
    """The champion's metrics, from features joined offline, are those of the predictions logged from online ones."""
    for month in ("2013-04", "2013-05"):
        retrained = life.seen[month].retrained
        assert retrained is not None
        assert retrained.verdict.champion is not None
        assert retrained.verdict.champion.model_dump() == pytest.approx(
            life.seen[month].assessment.quality.model_dump(), rel=1e-12
        )


def test_every_retraining_is_told_and_told_again_by_the_same_id(life: Life) -> None:
    assert [(t["what"], t["month"], t["version"], t["promoted"]) for t in life.told[:2]] == [
        (("retrain", "dev"), "2013-04", 2, False),
        (("retrain", "dev"), "2013-05", 3, True),
    ]
    assert "below the reference's" in str(life.told[0]["reason"])
    april, may = life.told[0]["id"], life.told[1]["id"]
    assert april != may
    assert [t["id"] for t in life.told] == [april, may, april, may]


def test_a_candidate_of_the_new_world_takes_over_and_is_served(life: Life) -> None:
    may, june = life.seen["2013-05"], life.again[-1]
    assert may.assessment.version == "1"
    assert may.assessment.retrain
    assert may.retrained is not None
    assert (may.retrained.version.version, may.retrained.promoted) == (3, True)
    assert {c.name for c in may.retrained.verdict.checks} >= {"ROC AUC against the champion"}
    assert life.served["2013-05"] == "3"
    assert (june.assessment.version, june.assessment.retrain, june.retrained) == ("3", False, None)
    assert june.assessment.quality is not None
    assert june.assessment.quality.auc is not None
    assert june.assessment.quality.auc > 0.85


def test_predictions_lie_under_the_time_of_the_event_with_what_became_known(life: Life) -> None:
    for month, version in (("2013-03", "1"), ("2013-05", "1"), ("2013-06", "3")):
        frame = life.window(month)
        assert set(frame["version"]) == {version}
        span = Span.parse(month).window
        orders = life.prepared.tables["orders"].filter(pl.col("event_timestamp").is_between(*span, closed="left"))
        joined = orders.join(frame, left_on="id", right_on="request_id", how="left")
        assert joined["event_time"].to_list() == joined["event_timestamp"].to_list()
        assert joined["label"].to_list() == joined[LABEL].cast(pl.Float64).to_list()
        # Online the server saw for each order what the offline store says was known then.
        expected = life.workload.frame(life.prepared.store, life.prepared.tables, *span)
        for name in ("shop_rate", "shop_load"):
            assert joined[name].to_list() == expected[name].to_list()


def test_repeated_it_finds_the_same_and_goes_on_where_it_was_killed(life: Life) -> None:
    def told(seen: Observation) -> object:
        made = seen.retrained
        return seen.month, seen.assessment, made and (made.version.version, made.verdict, made.promoted)

    assert [told(o) for o in life.again[:3]] == [told(o) for o in life.seen.values()]
    assert life.again[3].month == "2013-06"
    assert runs(life.workload) == 3
    assert f"2013-06: {A_MONTH} predictions, {3 * ROWS} logged before" in life.said


def test_every_object_carries_the_cost_tags_of_the_model(life: Life) -> None:
    s3, bucket = boto3.client("s3"), life.platform.data.name
    mine = life.workload.tags(life.platform).aws()
    for folder, expected in (("labels", mine), ("inference", life.platform.tags.using(model=life.workload.NAME).aws())):
        objects = s3.list_objects_v2(Bucket=bucket, Prefix=f"{folder}/{life.workload.NAME}/")["Contents"]
        assert len(objects) >= 4 * len(DAYS)
        for o in objects:
            tags = s3.get_object_tagging(Bucket=bucket, Key=o["Key"])["TagSet"]
            assert {t["Key"]: t["Value"] for t in tags} == expected
    for observation in life.seen.values():
        if made := observation.retrained:
            run = life.registry.client.get_run(made.version.run_id).data.tags
            assert {k: run[k] for k in KEYS} == {k: made.version.tags[k] for k in KEYS} == made.lineage.tags.aws()
            assert run["run"] == made.lineage.run


def test_an_early_version_asked_for_again_does_not_replace_a_later_champion(life: Life) -> None:
    spans = Span.parse("2013-01"), Span.parse("2013-02")
    again = train(life.workload, life.platform, life.prepared, life.registry, *spans, print)
    assert (again.version.version, again.verdict.passed, again.promoted) == (1, True, False)
    assert models.champion(life.registry, life.workload.NAME).version == 3


def test_one_command_gives_the_alias_back_and_the_server_takes_it_up(life: Life) -> None:
    name = life.workload.NAME
    done = CliRunner().invoke(registry_command, ["restore", name])
    assert (done.exit_code, done.stdout) == (0, f"the champion of {name} is version 1 again\n")
    assert life.served_now() == "3"
    assert process.reload(name) == ("1", True)
    assert life.served_now() == "1"
    models.promote(life.registry, name, 3)


def test_the_command_says_a_line_a_month_and_has_the_server_take_up_the_champion_first(
    life: Life, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, monkeypatch, life.workload)
    assert life.served_now() == "1"  # nobody told it of the promotion above

    def watched(*options: str) -> str:
        arguments = ["watch", life.workload.NAME, "--months", str(MONTHS), "--history", "1", *options]
        done = CliRunner().invoke(command, arguments)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    assert watched("--months", "2013-06").startswith("2013-06  version 3 ")  # no retraining that would tell it
    assert life.served_now() == "3"
    told = [json.loads(line) for line in watched("--json").splitlines()]
    assert [t["month"] for t in told] == [str(m) for m in MONTHS.months()]
    assert [t["assessment"]["version"] for t in told] == ["1", "1", "1", "3"]
    made = [(t["retrained"]["version"]["version"], t["retrained"]["promoted"]) for t in told if t["retrained"]]
    assert made == [(2, False), (3, True)]
    lines = watched().splitlines()
    assert [line.split("retrained: ")[1:] for line in lines] == [
        [],
        ["version 2 did not pass"],
        ["version 3 took over"],
        [],
    ]
    assert lines[3].startswith(f"2013-06  version 3     {A_MONTH} predictions  AUC 0.")
    assert runs(life.workload) == 3
    for bad in (["--months", "2013-6"], ["--months", "2013-06", "--history", "0"]):
        assert CliRunner().invoke(command, ["watch", life.workload.NAME, *bad]).exit_code == 2


def test_requests_that_the_server_refuses_end_it_with_what_it_said(life: Life) -> None:
    class Wrong(SmallWorkload):
        def ticks(self, *arguments):
            for tick in super().ticks(*arguments):
                yield replace(tick, requests=tick.requests.with_columns(amount=-pl.col("amount")))

    wrong = Wrong(life.workload.NAME, life.workload.SCRIPT, life.workload.REQUIREMENTS)
    with pytest.raises(GroundwayError, match=r"refused the requests of 2013-02-02 12.*400.*'amount'.*below 0"):
        replay(wrong, life.platform, life.prepared, Span.parse("2013-02"), print)
    with pytest.raises(GroundwayError, match="no traffic in 2014-01"):
        replay(life.workload, life.platform, life.prepared, Span.parse("2014-01"), print)


def test_without_a_server_it_says_how_to_start_one(life: Life) -> None:
    idle = replace(life.workload, NAME="small-idle")
    with pytest.raises(Unavailable, match="no server of small-idle is running: groundway serve start small-idle"):
        next(watch(idle, life.platform, life.prepared, life.registry, Span.parse("2013-03"), 1, print))
    with pytest.raises(Unavailable, match="groundway serve start small-idle"):
        replay(idle, life.platform, life.prepared, Span.parse("2013-03"), print)
