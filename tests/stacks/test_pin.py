"""The app synthesizes an environment only at what its release pins."""

import errno
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from groundway import release
from groundway.errors import GroundwayError, InvalidInput, Refused
from groundway.release import Release, require_pinned
from groundway.release.blueprint import FILES, FOLDERS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What decides the environments, without what does not."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for folder in (*FOLDERS, "environments"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "release.yaml"))
    return tmp_path


@pytest.fixture
def staging(checkout: Path) -> Release:
    made = Release(
        name="r-20260102t030405z-abcdef",
        environment="staging",
        origin="dev/r-20260101t030405z-abcdef",
        created=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        by="arn:aws:sts::222222222222:assumed-role/ops/somebody",
        revision="0123456789abcdef0123456789abcdef01234567",
        blueprint=release.blueprint(checkout),
        configuration=release.configuration(checkout, "staging"),
        policies=f"sha256:{'0' * 64}",
    )
    release.write(checkout, made)
    return made


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROUNDWAY_AHEAD", raising=False)


def test_what_is_not_pinned_may_be_anything(checkout: Path) -> None:
    require_pinned(checkout, "staging")


def test_what_is_pinned_is_read_as_it_was_written(checkout: Path, staging: Release) -> None:
    assert release.pinned(checkout, "staging") == staging
    require_pinned(checkout, "staging")


@pytest.mark.parametrize(
    "file", ["infra/nodes.py", "stacks/app.py", "python/groundway/tags.py", "requirements/groundway.txt"]
)
def test_other_code_is_refused(checkout: Path, staging: Release, file: str) -> None:
    with (checkout / file).open("a") as f:
        f.write("\n# another line\n")
    with pytest.raises(
        Refused, match=r"not that of commit 0123456789ab.*groundway release deploy staging.*promote dev"
    ):
        require_pinned(checkout, "staging")


def test_a_file_more_or_less_is_other_code(checkout: Path, staging: Release) -> None:
    (checkout / "infra" / "another.py").write_text("")
    with pytest.raises(Refused):
        require_pinned(checkout, "staging")
    (checkout / "infra" / "another.py").unlink()
    require_pinned(checkout, "staging")
    (checkout / "infra" / "nodes.py").unlink()
    with pytest.raises(Refused):
        require_pinned(checkout, "staging")


def test_byte_code_and_tests_decide_nothing(checkout: Path, staging: Release) -> None:
    (checkout / "infra" / "__pycache__").mkdir()
    (checkout / "infra" / "__pycache__" / "nodes.cpython-311.pyc").write_bytes(b"x")
    (checkout / "tests").mkdir()
    (checkout / "tests" / "test_it.py").write_text("")
    require_pinned(checkout, "staging")


def test_another_configuration_is_refused_for_its_environment_only(checkout: Path, staging: Release) -> None:
    with (checkout / "environments" / "dev" / "environment.yaml").open("a") as f:
        f.write("# dev\n")
    require_pinned(checkout, "staging")
    with (checkout / "environments" / "staging" / "environment.yaml").open("a") as f:
        f.write("# staging\n")
    with pytest.raises(Refused, match=r"environment\.yaml has changed since"):
        require_pinned(checkout, "staging")


def test_the_word_goes_ahead_of_the_pin_of_its_environment_only(
    checkout: Path, staging: Release, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "infra" / "another.py").write_text("")
    monkeypatch.setenv("GROUNDWAY_AHEAD", "prod")
    with pytest.raises(Refused):
        require_pinned(checkout, "staging")
    monkeypatch.setenv("GROUNDWAY_AHEAD", "staging")
    require_pinned(checkout, "staging")
    assert f"AHEAD OF {staging.name}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("environment: staging", "environment: prod", "it is a release of prod, not of staging"),
        ("blueprint: sha256:", "blueprint: md5:", "blueprint: String should match"),
        ("origin:", "origins:", "origins: Extra inputs"),
        ("policies:", "policies: [", "this is not YAML"),
    ],
)
def test_a_file_that_was_edited_by_hand_names_line_and_key(
    checkout: Path, staging: Release, old: str, new: str, said: str
) -> None:
    file = checkout / "environments" / "staging" / "release.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(InvalidInput, match=rf"release\.yaml:\d+: .*{said}"):
        require_pinned(checkout, "staging")


@pytest.mark.slow
def test_the_app_refuses_and_writes_nothing(checkout: Path, staging: Release, tmp_path: Path) -> None:
    """With the project's own app: `python -m stacks`, as cdktf runs it."""
    (checkout / "infra" / "another.py").write_text("")
    shutil.copytree(ROOT / "policies", checkout / "policies", dirs_exist_ok=True)
    shutil.copytree(
        ROOT / "python", checkout / "python", dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    out = tmp_path / "out"
    path = os.pathsep.join([str(checkout), str(checkout / "python")])
    env = {**os.environ, "CDKTF_OUTDIR": str(out), "PYTHONPATH": path, "GROUNDWAY_ENVIRONMENT": "staging"}

    def synth(**more: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "stacks"]
        return subprocess.run(command, cwd=checkout, env={**env, **more}, capture_output=True, text=True)

    refused = synth()
    assert refused.returncode == Refused.exit_code, refused.stderr
    assert "pins r-20260102t030405z-abcdef" in refused.stderr
    assert not list(out.glob("stacks/*"))
    ahead = synth(GROUNDWAY_AHEAD="staging")
    assert ahead.returncode == 0, ahead.stderr
    assert (out / "stacks" / "staging-foundation" / "cdk.tf.json").exists()


def test_on_a_full_disk_what_was_pinned_stays(
    checkout: Path, staging: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = checkout / "environments" / "staging"
    before = {f.name: f.read_bytes() for f in folder.iterdir()}
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GroundwayError, match=r"release\.yaml cannot be written: No space left.*what was pinned stays"):
        release.write(checkout, staging.model_copy(update={"by": "somebody else"}))
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == before
