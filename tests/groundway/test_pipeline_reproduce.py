"""Rebuilding registered versions from their lineage: identical where nothing changed, refused where something did."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_place import Place, deployed, installed, runs
from small_workload import SmallWorkload, commit, committed

from groundway import registry as models
from groundway.commands.reproduce import reproduce as command
from groundway.errors import Refused
from groundway.pipeline import prepare, reproduce

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workload(tmp_path_factory: pytest.TempPathFactory) -> SmallWorkload:
    return committed(tmp_path_factory.mktemp("code"), "small-reproduce")


@pytest.fixture(scope="module")
def place(
    registry_service, emulator_url: str, workload: SmallWorkload, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """With version 1 of the workload, the champion."""
    home = tmp_path_factory.mktemp("reproduce-home")
    with deployed(emulator_url, registry_service.url, home) as platform:
        made = Place(platform, prepare(workload, platform, print), models.connect())
        assert made.train(workload).promoted
        yield made


def again(place: Place, workload: SmallWorkload, version: int | str = 1):
    return reproduce(workload, place.platform, place.registry, version, print)


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_an_untouched_version_is_rebuilt_with_identical_predictions(
    place: Place, workload: SmallWorkload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, monkeypatch, workload)
    before = runs(workload)
    done = ask("small-reproduce@champion")
    assert (done.exit_code, done.stdout) == (
        0,
        "small-reproduce@1: rebuilt from its lineage; all 700 predictions are identical\n",
    )
    assert runs(workload) == before + 1  # it was really trained again
    assert place.versions(workload) == [1]  # and nothing was registered


def test_a_training_that_depends_on_chance_is_found_out(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chancy = committed(tmp_path / "code", "small-chancy")
    text = chancy.SCRIPT.read_text()
    chancy.SCRIPT.write_text(text.replace("args.iterations", "20 + os.urandom(1)[0]"))
    commit(tmp_path / "code")
    place.train(chancy)
    installed(tmp_path / "site", monkeypatch, chancy)
    done = ask("small-chancy@1", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["identical"], told["version"], told["rows"]) == (3, False, 1, 700)
    assert 0 < told["largest_difference"] < 1
    assert "small-chancy@1: rebuilt predictions differ by up to 0." in done.stderr


def other_script(workload: SmallWorkload, directory: Path) -> SmallWorkload:
    script = directory / "train.py"
    script.write_text(workload.SCRIPT.read_text() + "\n")
    return replace(workload, SCRIPT=script)


def other_lock(workload: SmallWorkload, directory: Path) -> SmallWorkload:
    lock = directory / "requirements.txt"
    lock.write_text("scikit-learn==0.1\n")
    return replace(workload, REQUIREMENTS=lock)


def other_views(workload: SmallWorkload, directory: Path) -> SmallWorkload:
    return replace(workload, age=timedelta(days=9))


@pytest.mark.parametrize(
    ("change", "what"),
    [(other_script, "training script"), (other_lock, "requirements lock"), (other_views, "feature definitions")],
)
def test_other_sources_are_refused_by_name_before_anything_is_trained(
    place: Place,
    workload: SmallWorkload,
    tmp_path: Path,
    change: Callable[[SmallWorkload, Path], SmallWorkload],
    what: str,
) -> None:
    before = runs(workload)
    with pytest.raises(Refused) as caught:
        again(place, change(workload, tmp_path))
    named = [w for w in ("training script", "requirements lock", "feature definitions") if w in caught.value.message]
    assert named == [what]
    revision = models.lineage(place.registry, models.show(place.registry, workload.NAME, 1)).code.revision
    assert f"try again: git worktree add ../reproduce {revision}" in caught.value.message
    assert runs(workload) == before


def test_another_python_is_refused_and_all_that_differs_is_named(
    place: Place, workload: SmallWorkload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    with pytest.raises(Refused, match=r"training script was .*; Python was 3\.[0-9.]+, is 3\.99\.0\."):
        again(place, other_script(workload, tmp_path))


def test_what_is_no_version_is_told(
    place: Place, workload: SmallWorkload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, monkeypatch, workload)
    for text in ("nonsense", "@1", "small-reproduce@", "small-reproduce"):
        done = ask(text)
        assert (done.exit_code, f"{text!r}: name a model and a version" in done.stderr) == (2, True)
    for text, what in (("small-reproduce@9", "'9'"), ("small-reproduce@zzz", "'zzz'"), ("zzz@1", "no workload 'zzz'")):
        done = ask(text)
        assert (done.exit_code, what in done.stderr) == (2, True), done.output
