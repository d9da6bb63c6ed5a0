import hashlib
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_model import TAGS, lineage

from groundway.errors import InvalidInput
from groundway.lineage import Lineage, capture, git

SPAN = (datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 2, 1, tzinfo=UTC))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("train.py", "requirements.txt"):
        (tmp_path / name).write_text(name)
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    return tmp_path


def captured(where: Path, **changes) -> Lineage:
    given = {
        "dataset": "flights",
        "dataset_version": "abc",
        "features": "f1",
        "windows": {"train": SPAN},
        "parameters": {"depth": 6, "rate": 0.1},
        "seed": 7,
        "script": where / "train.py",
        "requirements": where / "requirements.txt",
        "tags": TAGS,
        "run": "run-1",
    }
    return capture(**{**given, **changes})


def test_everything_is_taken_down(checkout: Path) -> None:
    found = captured(checkout)
    assert found.code == git(checkout)
    assert len(found.code.revision or "") == 40
    assert found.code.dirty is False
    assert found.script == hashlib.sha256(b"train.py").hexdigest()
    assert Lineage.model_validate_json(found.model_dump_json()) == found


def test_an_uncommitted_change_is_told(checkout: Path) -> None:
    (checkout / "train.py").write_text("other")
    assert captured(checkout).code.dirty is True


def test_outside_git_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git(tmp_path).revision is None
    assert git(tmp_path).dirty is None


def test_identity_leaves_out_the_run_and_nothing_else() -> None:
    same = lineage("run-1")
    assert lineage("run-2").identity() == same.identity()
    for name, value in {
        "dataset_version": "other",
        "features": "other",
        "parameters": {"max_iter": 11},
        "seed": 1,
        "requirements": "other",
        "python": "3.12.0",
        "script": "other",
        "tags": TAGS.using(model="other"),
    }.items():
        assert same.model_copy(update={name: value}).identity() != same.identity(), name


def test_a_window_without_zone_or_the_wrong_way_round_is_refused(checkout: Path) -> None:
    with pytest.raises(InvalidInput, match=r"'train'.*no time zone"):
        captured(checkout, windows={"train": (datetime(2013, 1, 1), datetime(2013, 2, 1))})
    with pytest.raises(InvalidInput, match="'train' ends"):
        captured(checkout, windows={"train": SPAN[::-1]})


def test_a_script_that_is_not_there_is_named(checkout: Path) -> None:
    with pytest.raises(InvalidInput, match=r"gone\.py"):
        captured(checkout, script=checkout / "gone.py")
