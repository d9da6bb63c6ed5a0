"""A checkout of the demo's own: releases name its commits and write into it, and the reader's is left alone."""

import re
import shutil
import subprocess
from pathlib import Path

from groundway.errors import Unavailable

AUTHOR = ("-c", "user.name=demo", "-c", "user.email=demo@example.invalid", "-c", "commit.gpgsign=false")


def copy(root: Path, directory: Path) -> Path:
    """The files of `root` that git would take, as one commit in the new directory `directory`."""
    shutil.rmtree(directory, ignore_errors=True)
    for name in _listed(root):
        if (root / name).is_file() and not name.endswith("/release.yaml"):
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, directory / name)
    _git(directory, "init", "-q", "-b", "main")
    commit(directory, "the checkout as it was")
    return directory


def commit(directory: Path, message: str) -> None:
    """Commit what differs, if anything does."""
    _git(directory, "add", "-A")
    if _git(directory, "status", "--porcelain"):
        _git(directory, *AUTHOR, "commit", "-qm", message)


def without_soak(directory: Path, environment: str) -> str | None:
    """Let releases into `environment` that have not run elsewhere for long; returns what its file said, if it did."""
    file = directory / "environments" / environment / "environment.yaml"
    text = file.read_text(encoding="utf-8")
    found = re.search(r"^  soak_hours: (\d+)$", text, re.M)
    if not found or found[1] == "0":
        return None
    file.write_text(text.replace(found[0], "  soak_hours: 0"), encoding="utf-8")
    return found[1]


def _listed(root: Path) -> list[str]:
    try:
        found = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except Unavailable:  # unpacked from an archive: what is not made here is its own
        made = {".git", ".venv", ".venv-cdktn", ".venv-checkov", ".groundway", "node_modules", "cdktf.out"}
        files = (p.relative_to(root) for p in root.rglob("*") if p.is_file())
        return [p.as_posix() for p in files if not made & set(p.parts) and "__pycache__" not in p.parts]
    return [name for name in found.split("\0") if name]


def _git(where: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(where), *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        raise Unavailable("git is not installed, and a release names a commit") from None
    if done.returncode:
        raise Unavailable(f"git {arguments[0]} failed in {where}: {done.stderr.strip()}")
    return done.stdout
