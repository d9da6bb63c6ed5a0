"""What happens is handed to every keeper there is; one that cannot keep it stops what is being done."""

from importlib.metadata import EntryPoint

import pytest

from groundway import events
from groundway.errors import Unavailable
from groundway.events import Happening, publish

kept: list[Happening] = []


def keep(happening: Happening) -> None:
    kept.append(happening)


def fail(_happening: Happening) -> None:
    raise Unavailable("the log cannot be reached")


def install(monkeypatch: pytest.MonkeyPatch, *keepers: str) -> None:
    kept.clear()
    made = [EntryPoint(f"{i}", f"{__name__}:{keeper}", events.GROUP) for i, keeper in enumerate(keepers)]
    monkeypatch.setattr(events, "entry_points", lambda group: made if group == "groundway.events" else [])


def test_every_keeper_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "keep", "keep")
    publish("retrain", "dev", id="retrain m 2013-04", reason="drift", version=2, promoted=True)
    wanted = Happening("retrain", "dev", "retrain m 2013-04", "drift", {"version": 2, "promoted": True})
    assert kept == [wanted, wanted]


def test_without_a_keeper_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    publish("retrain", "dev", id="1")
    assert kept == []


def test_what_cannot_be_kept_stops_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "fail", "keep")
    with pytest.raises(Unavailable, match="cannot be reached"):
        publish("destroy", "dev", id="1")
    assert kept == []


def test_the_evidence_is_a_keeper() -> None:
    found = {e.name: e.value for e in events.entry_points(group=events.GROUP)}
    assert found["evidence"] == "groundway_ops.evidence.listener:keep"
