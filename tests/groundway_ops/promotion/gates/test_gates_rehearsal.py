"""The rehearsal: of this very change, sound, there and back, and not long ago."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from promotion_request import HEX, NOW, Ask, release

from groundway_ops.promotion.gates import Result
from groundway_ops.promotion.gates.rehearsal import rehearsal
from groundway_ops.rehearsal.record import Phase, Record
from groundway_ops.rehearsal.rehearsal import BACK

OTHER, EARLIER = HEX.replace("0", "1"), HEX.replace("0", "2")
CURRENT = release("staging", blueprint=EARLIER, revision=40 * "b")
COMMAND = "groundway rehearse staging --change"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path))
    return tmp_path


def phases(*names: str, ok: bool = True) -> list[Phase]:
    return [Phase(name=name, ok=ok, seconds=1, detail="seen") for name in names]


def rehearsed(home: Path, **changes: Any) -> None:
    """Leave a record, of a change of what staging pins now."""
    sound = {
        "environment": "staging",
        "scope": "change",
        "revision": 40 * "a",
        "blueprint": HEX,
        "configuration": HEX,
        "started": f"{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
        "resources": 300,
        "phases": phases("synth", "earlier synth", "earlier deploy", *BACK),
        "from": 40 * "b",
        "from_blueprint": EARLIER,
        "from_configuration": HEX,
    }
    file = home / "rehearsals" / "staging.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(Record.model_validate({**sound, **changes}).json_text())


def judged(ask: Ask, **given: Any) -> Result:
    return rehearsal(ask(**{"current": CURRENT, **given}))


def test_a_change_that_went_there_and_back_passes(home: Path, ask: Ask) -> None:
    rehearsed(home)
    result = judged(ask)
    assert result.passed, result.reason
    assert result.reason.endswith(f"from {CURRENT.name} and back: 300 resources")
    assert result.evidence["phases"]["rollback"] == "ok"


def test_without_a_rehearsal_the_command_is_told(home: Path, ask: Ask) -> None:
    assert judged(ask, current=None).reason == f"staging was not rehearsed: {COMMAND}"
    assert judged(ask).reason == f"staging was not rehearsed: {COMMAND} --from bbbbbbbbbbbb"


def test_a_first_release_comes_from_nothing(home: Path, ask: Ask) -> None:
    back = {"from": None, "from_blueprint": None, "from_configuration": None}
    rehearsed(home, phases=phases("synth", "deploy", "second plan"), **back)
    assert judged(ask, current=None).passed
    assert not judged(ask).passed


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"breaches": ["deploy: no"]}, "found 1 breaches"),
        ({"phases": phases("synth", *BACK, ok=False)}, "did not run to its end"),
        ({"blueprint": OTHER}, "was of other code or another configuration"),
        ({"configuration": OTHER}, "was of other code or another configuration"),
        ({"blueprint": None}, "was of other code or another configuration"),
        ({"from_blueprint": OTHER}, "did not begin with r-"),
        ({"phases": phases("synth", "upgrade", "plan after it")}, "has no rollback, plan after rollback"),
        ({"started": f"{NOW - timedelta(days=7, seconds=1):%Y-%m-%dT%H:%M:%SZ}"}, "is over 7 days old"),
        ({"started": f"{NOW + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"}, "is yet to come"),
        ({"accepted": ["aws_s3_bucket.b"]}, "accepted that aws_s3_bucket.b may go, and this promotion does not"),
    ],
)
def test_what_is_not_this_change_is_refused_with_the_command(
    home: Path, ask: Ask, changes: dict[str, Any], why: str
) -> None:
    rehearsed(home, **changes)
    result = judged(ask)
    assert not result.passed
    assert why in result.reason
    assert result.reason.endswith(f"{COMMAND} --from bbbbbbbbbbbb")


def test_what_may_go_in_both_passes_and_is_in_the_command(home: Path, ask: Ask) -> None:
    accepted = frozenset({"aws_s3_bucket.b"})
    assert judged(ask, accepted=accepted).reason.endswith("--from bbbbbbbbbbbb --accept aws_s3_bucket.b")
    rehearsed(home, accepted=sorted(accepted))
    assert judged(ask, accepted=accepted).passed


def test_a_week_is_not_too_old(home: Path, ask: Ask) -> None:
    rehearsed(home, started=f"{NOW - timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}")
    assert judged(ask).passed
