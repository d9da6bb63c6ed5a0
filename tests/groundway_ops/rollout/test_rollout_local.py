"""A real server under traffic: a good version takes over, bad ones are taken back, nobody else notices."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import httpx
import numpy as np
import pytest
from emulated_platform import deploy, emulator
from emulated_platform import environment as settings_of
from small_release import deploy_release, describe, drifted, erring, publish, published, slow

from groundway.environment.promotion import Rollout
from groundway.errors import Unavailable
from groundway.platform import Platform
from groundway.release import ModelPin
from groundway.serving import process
from groundway.serving.settings import Settings
from groundway_ops.rollout import LocalTarget, Outcome, rollout

pytestmark = pytest.mark.slow

NAME = "small"
# Latency and drift are lenient but where they are what a test is about: the machine of the tests is busy with others,
# and the two small models, of other seeds, differ by more than what chance makes of a few dozen scores.
RULES = Rollout(steps=(30, 100), requests=60, seconds=120, latency_ratio=50, score_psi=2)
Pins = dict[str, ModelPin]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with emulator() as url, pytest.MonkeyPatch.context() as patch:
        urlopen(Request(f"{url}/moto-api/reset", method="POST")).close()  # what tests in this process left before
        for name, value in settings_of(url).items():
            patch.setenv(name, value)
        for name in ("AWS_PROFILE", "MLFLOW_TRACKING_URI", "GROUNDWAY_ENVIRONMENT"):
            patch.delenv(name, raising=False)
        patch.setenv("GROUNDWAY_HOME", str(tmp_path_factory.mktemp("home")))
        yield describe(deploy())
        process.stop(NAME)


@pytest.fixture(scope="module")
def pins(place: Platform, tmp_path_factory: pytest.TempPathFactory) -> Pins:
    made = tmp_path_factory.mktemp("models")
    pins = {str(n): published(place, NAME, made / str(n), n) for n in (1, 2)}
    for version, make in enumerate((erring, slow, drifted), 3):
        pins[make.__name__] = publish(place, NAME, make(made / make.__name__), version)
    return pins


@pytest.fixture
def target(place: Platform, pins: Pins) -> LocalTarget:
    """A server that serves version 1 and nothing else."""
    deploy_release(place, small=pins["1"])
    start()
    target = LocalTarget(NAME)
    target.abort()
    process.reload(NAME)
    assert served(target) == {"1": 100}
    return target


def start() -> str:
    return process.start(Settings(model=NAME, log=False), report=print).url


def served(target: LocalTarget) -> dict[str, float]:
    return {v.version: v.percent for v in target.variants()}


@contextmanager
def traffic() -> Iterator[Counter[tuple[int, str | None]]]:
    """Three callers who never stop asking; yields how often which version answered what."""
    running = process.find(NAME)
    assert running
    seen: Counter[tuple[int, str | None]] = Counter()
    over = threading.Event()

    def ask(seed: int) -> None:
        rng = np.random.default_rng(seed)
        with httpx.Client(timeout=60) as client:
            while not over.is_set():
                row = {"carrier": str(rng.choice(["AA", "B6", "UA"])), "distance": float(rng.uniform(0, 1000))}
                try:
                    reply = client.post(f"{running.url}/invocations", json={"instances": [row]})
                    seen[reply.status_code, reply.json().get("model_version")] += 1
                except httpx.TransportError:
                    time.sleep(0.1)

    callers = [threading.Thread(target=ask, args=(seed,)) for seed in range(3)]
    for caller in callers:
        caller.start()
    try:
        while sum(seen.values()) < 60:  # so that there is something to compare with
            time.sleep(0.02)
        yield seen
    finally:
        over.set()
        for caller in callers:
            caller.join()


def run(target: LocalTarget, pin: ModelPin, **changes: object) -> Outcome:
    rules = RULES.model_copy(update=changes)
    return rollout(target, pin, rules, print, sleep=lambda _: time.sleep(0.1))


def test_a_good_version_takes_over_and_no_request_fails(target: LocalTarget, pins: Pins) -> None:
    with traffic() as seen:
        outcome = run(target, pins["2"])
    assert outcome.finished, outcome.reason
    assert served(target) == {"2": 100}
    assert {code for code, _ in seen} == {200}
    assert {version for _, version in seen} == {"1", "2"}
    assert [s.percent for s in outcome.steps] == [30, 100]
    assert all(s.new.requests >= 60 and s.old and s.old.requests >= 20 for s in outcome.steps)


@pytest.mark.parametrize(
    ("kind", "changes", "why"),
    [
        ("erring", {}, "requests failed"),
        ("slow", {"latency_ratio": 1.5}, "times the"),
        ("drifted", {"score_psi": 0.25}, "population stability index"),
    ],
)
def test_a_bad_version_is_taken_back(
    target: LocalTarget, pins: Pins, kind: str, changes: dict[str, object], why: str
) -> None:
    with traffic() as seen:
        outcome = run(target, pins[kind], **changes)
        assert (outcome.finished, why in outcome.reason) == (False, True), outcome.reason
        assert served(target) == {"1": 100}
        before = seen[200, "1"]
        while seen[200, "1"] < before + 20:
            time.sleep(0.02)
    assert kind == "erring" or {code for code, _ in seen} == {200}
    assert len(outcome.steps) == 1


def test_a_version_that_nobody_asks_is_taken_back(target: LocalTarget, pins: Pins) -> None:
    outcome = run(target, pins["2"], seconds=1)
    assert "answered 0 of 60 requests in 1 s" in outcome.reason
    assert served(target) == {"1": 100}


def test_one_that_was_tampered_with_never_begins(target: LocalTarget, pins: Pins) -> None:
    strange = pins["2"].model_copy(update={"signer": "AAAA"})
    outcome = run(target, strange)
    assert not outcome.finished
    assert served(target) == {"1": 100}


ROLLOUT = """
import sys
from groundway.environment.promotion import Rollout
from groundway.release import ModelPin
from groundway_ops.rollout import LocalTarget, rollout
rules = Rollout(steps=(30, 100), requests=10**9, seconds=600)
rollout(LocalTarget("small"), ModelPin.model_validate_json(sys.argv[1]), rules, print)
"""


def test_killed_in_a_step_it_goes_on_when_it_is_run_again(target: LocalTarget, pins: Pins) -> None:
    with traffic() as seen:
        killed = subprocess.Popen([sys.executable, "-c", ROLLOUT, pins["2"].model_dump_json()])
        while served(target) != {"1": 70, "2": 30}:
            assert killed.poll() is None
            time.sleep(0.05)
        killed.kill()
        killed.wait()
        assert served(target) == {"1": 70, "2": 30}  # who looks sees that it was not ended
        outcome = run(target, pins["2"])
    assert outcome.finished, outcome.reason
    assert {code for code, _ in seen} == {200}


def test_a_server_that_is_restarted_in_the_middle_begins_again(target: LocalTarget, pins: Pins) -> None:
    restarted = []

    def sleep(_: float) -> None:
        if not restarted and served(target).get("2") == 30:
            process.stop(NAME)
            restarted.append(start())
        time.sleep(0.1)

    with traffic():
        outcome = rollout(target, pins["2"], RULES, print, sleep=sleep)
    assert restarted
    assert outcome.finished, outcome.reason
    assert served(target) == {"2": 100}


def test_without_a_server_it_says_how_to_start_one(place: Platform, pins: Pins) -> None:
    with pytest.raises(Unavailable, match="groundway serve start small --environment nowhere"):
        rollout(LocalTarget(NAME, "nowhere"), pins["2"], RULES, print)
