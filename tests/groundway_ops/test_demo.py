"""The order of the demo: whatever happens, what was started is torn down, and the first error is the one told."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from groundway.errors import GroundwayError, Refused
from groundway_ops import cloud, demo, deployment
from groundway_ops.demo.journey import MODEL, Journey
from groundway_ops.report.record import Deployment, Record, Step

HALVES = ["up", "live", "release", "bill"]


class Fake:
    """A journey that only notes what is asked of it; `fails` names the halves that fail, and how."""

    def __init__(self, left: bool = False, **fails: BaseException) -> None:
        self.environment, self.left, self.fails, self.done = "dev", left, fails, list[str]()

    def _do(self, what: str) -> None:
        self.done.append(what)
        if what in self.fails:
            raise self.fails[what]

    def start(self, environment: str) -> "Fake":
        """In place of the class method: the same object goes on."""
        self.environment = environment
        self._do("start")
        return self

    def left_running(self) -> bool:
        return self.left

    def up(self) -> None:
        self._do("up")

    def live(self) -> None:
        self._do("live")

    def release(self) -> None:
        self._do("release")

    def bill(self) -> None:
        self._do("bill")

    def down(self) -> None:
        self._do("down")

    def report(self) -> str:
        self._do("report")
        return "page.html"

    def summary(self) -> str:
        return "what happened"

    def addresses(self) -> str:
        return "where it is"


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def run(monkeypatch: pytest.MonkeyPatch, fake: Fake, *arguments: str) -> Result:
    monkeypatch.setattr(demo, "Journey", fake)
    return CliRunner().invoke(demo.demo, arguments)


def test_the_whole_goes_up_lives_comes_down_and_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake()
    done = run(monkeypatch, fake)
    assert (done.exit_code, fake.done) == (0, ["start", *HALVES, "down", "report"])
    assert done.stdout.endswith("what happened\n\nThe report: page.html\n")


def test_the_halves_are_one_each(monkeypatch: pytest.MonkeyPatch) -> None:
    up, down = Fake(), Fake()
    assert "where it is" in run(monkeypatch, up, "--environment", "prod", "up").stdout
    assert (up.done, up.environment) == (["start", "up", "report"], "prod")
    assert run(monkeypatch, down, "down").exit_code == 0
    assert down.done == ["start", "down", "report"]


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("error", [GroundwayError("no luck"), Refused("no luck"), RuntimeError("no luck")])
def test_what_fails_is_torn_down_and_told(monkeypatch: pytest.MonkeyPatch, half: str, error: Exception) -> None:
    fake = Fake(**{half: error})
    done = run(monkeypatch, fake)
    assert done.exit_code == getattr(error, "exit_code", 1)
    assert fake.done == ["start", *HALVES[: HALVES.index(half) + 1], "down", "report"]
    assert "Stopped early; tearing down." in done.stderr
    assert "what happened" not in done.stdout
    assert "no luck" in done.stderr or done.exception is error


@pytest.mark.parametrize("second", [GroundwayError("it is stuck"), OSError("it is stuck")])
def test_the_first_error_is_the_one_that_counts(monkeypatch: pytest.MonkeyPatch, second: Exception) -> None:
    done = run(monkeypatch, Fake(live=Refused("no luck"), down=second))
    assert done.exit_code == 3
    assert done.stderr.rstrip().endswith("Error: no luck")
    assert "The tear-down failed too: " in done.stderr
    assert "it is stuck\nTry again with: make down" in done.stderr


def test_a_failing_tear_down_after_a_good_run_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, Fake(down=GroundwayError("it is stuck")))
    assert (done.exit_code, "Error: it is stuck" in done.stderr) == (1, True)
    assert "what happened" not in done.stdout


def test_terminated_it_tears_down(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminated(Fake):
        def live(self) -> None:
            super().live()
            os.kill(os.getpid(), signal.SIGTERM)

    fake = Terminated()
    assert run(monkeypatch, fake).exit_code == 1
    assert fake.done == ["start", "up", "live", "down", "report"]


def test_what_an_earlier_run_left_is_torn_down_first(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake(left=True)
    done = run(monkeypatch, fake)
    assert fake.done == ["start", "down", "start", *HALVES, "down", "report"]
    assert "An earlier run left things running; tearing them down first." in done.stdout
    stuck = Fake(left=True, down=GroundwayError("it is stuck"))
    assert run(monkeypatch, stuck).exit_code == 1
    assert stuck.done == ["start", "down"]


# the journey's record


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path))
    return tmp_path


def test_a_journey_goes_on_with_the_record_that_another_process_left(home: Path) -> None:
    begun = Journey.start("dev")
    assert not begun.left_running()
    begun._step("A step", lambda: None)
    assert begun.left_running()
    other = Journey.start("dev")
    assert other.left_running()
    assert [s.name for s in other.record.steps] == ["A step"]
    assert not Journey.start("prod").left_running()


def test_a_step_that_fails_is_not_one_that_was_done(home: Path) -> None:
    journey = Journey.start("dev")

    def fail() -> None:
        raise GroundwayError("no luck")

    with pytest.raises(GroundwayError, match="no luck"):
        journey._step("A step", fail)
    assert journey.record.steps == []


def test_going_up_begins_a_new_record_before_anything_is_started(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journey = Journey.start("dev")
    journey._step("Of an earlier run", lambda: None)
    steps = ("_start_cloud", "_deploy", "_start_registry", "_prepare", "_train", "_serve")
    order: list[str] = []
    for name in steps:
        monkeypatch.setattr(journey, name, lambda name=name: order.append(f"{name} {journey.left_running()}"))
    journey.up()
    assert order == [f"{name} True" for name in steps]
    assert len(Journey.start("dev").record.steps) == len(steps)


def test_going_down_with_nothing_started_passes_over_it(home: Path) -> None:
    journey = Journey.start("dev")
    journey.down()
    assert not journey.left_running()
    assert [s.name for s in journey.record.steps] == ["Stop the model's server and the registry"]


def test_a_cloud_that_was_killed_is_started_again_to_be_torn_down(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What its last save held would otherwise be taken for new the next time."""
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(cloud, "command", lambda _, *arguments: commands.append(arguments))
    monkeypatch.setattr(cloud, "running", lambda: ("local", "up") in commands)
    monkeypatch.setattr(cloud, "enter", lambda _: None)
    monkeypatch.setattr(deployment, "inventory", lambda *_: {})
    journey = Journey.start("dev")
    journey._step("A step", lambda: None)
    journey.down()
    assert commands == [("local", "up"), ("local", "down")]
    assert not journey.left_running()


def test_the_summary_and_the_report_are_of_the_record(home: Path) -> None:
    deployed = Deployment(environment="dev", cloud="local", by_stack={"a": 5, "b": 2}, by_type={"x": 7}, destroyed=6)
    record = Record(started="now", model=MODEL, deployment=deployed, steps=[Step(name="s", seconds=3)])
    journey = Journey("dev", home, record)
    assert "resources   7 deployed, 6 destroyed (1 types)" in journey.summary()
    page = journey.report()
    assert page.read_text().startswith("<!")
    assert Record.load(page.with_name("record.json")) == record


def test_an_unknown_environment_is_refused_before_anything_starts(home: Path) -> None:
    done = CliRunner().invoke(demo.demo, ["--environment", "nowhere"])
    assert (done.exit_code, "nowhere" in done.stderr) == (2, True)
    assert list(home.iterdir()) == []
