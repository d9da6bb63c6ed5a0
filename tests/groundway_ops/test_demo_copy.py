"""The demo's own checkout: what git would take, committed, without pins; the reader's is left alone."""

import subprocess
from pathlib import Path

import pytest

from groundway_ops.demo.copy import commit, copy, without_soak


def git(where: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(where), *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    for name, text in {
        "infra/a.py": "a\n",
        "environments/prod/environment.yaml": "promotion:\n  soak_hours: 24\nprotection: true\n",
        "environments/prod/release.yaml": "name: r\n",
        ".gitignore": "*.log\n",
        "a.log": "noise\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    git(root, "init", "-q", "-b", "main")
    return root


@pytest.mark.parametrize("committed", [False, True])
def test_files_of_git_and_those_it_would_take(checkout: Path, tmp_path: Path, committed: bool) -> None:
    if committed:
        commit(checkout, "all")
        (checkout / "infra" / "b.py").write_text("not committed yet\n")
    made = copy(checkout, tmp_path / "copy")
    found = set(git(made, "ls-files").splitlines())
    assert {"infra/a.py", "environments/prod/environment.yaml", ".gitignore"} <= found
    assert ("infra/b.py" in found) is committed
    assert not {"a.log", "environments/prod/release.yaml"} & found
    assert git(made, "status", "--porcelain") == ""


def test_an_unpacked_archive_is_taken_too(checkout: Path, tmp_path: Path) -> None:
    subprocess.run(["rm", "-r", str(checkout / ".git")], check=True)
    (checkout / ".venv" / "lib").mkdir(parents=True)
    (checkout / ".venv" / "lib" / "big.py").write_text("")
    made = copy(checkout, tmp_path / "copy")
    assert (made / "infra" / "a.py").exists()
    assert not (made / ".venv").exists()


def test_it_replaces_what_an_earlier_demo_left(checkout: Path, tmp_path: Path) -> None:
    made = copy(checkout, tmp_path / "copy")
    (made / "environments" / "prod" / "release.yaml").write_text("old\n")
    copy(checkout, made)
    assert not (made / "environments" / "prod" / "release.yaml").exists()


def test_soak_is_taken_out_once_and_nothing_else(checkout: Path) -> None:
    assert without_soak(checkout, "prod") == "24"
    text = (checkout / "environments" / "prod" / "environment.yaml").read_text()
    assert text == "promotion:\n  soak_hours: 0\nprotection: true\n"
    assert without_soak(checkout, "prod") is None
