"""A checkout of this repository: which revision it is, what it was at another one, and the stacks it synthesizes."""

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from groundway.errors import GroundwayError, InvalidInput
from groundway_ops.rehearsal.processes import Processes


@dataclass(frozen=True)
class Stack:
    """A synthesized stack: the directory that Terraform runs in, and the names of the stacks that come before it."""

    name: str
    directory: Path
    dependencies: tuple[str, ...]


def stacks_in(out: Path) -> list[Stack]:
    """The stacks that `manifest.json` names, as the command line of cdktf reads it."""
    manifest = json.loads((out / "manifest.json").read_text())
    return [
        Stack(name, out / stack["workingDirectory"], tuple(stack["dependencies"]))
        for name, stack in manifest["stacks"].items()
    ]


@dataclass(frozen=True)
class Checkout:
    """A directory with `environments/` and a `stacks` app."""

    root: Path

    def synthesize(
        self, out: Path, env: Mapping[str, str], processes: Processes, unprotect: str | None = None
    ) -> list[Stack]:
        """Run this checkout's app, with this checkout's code, and return what it wrote into `out`.

        `unprotect` is the explicit word: the name of the environment whose protection is to be lifted.
        """
        out.mkdir(parents=True, exist_ok=True)
        own = os.pathsep.join([str(self.root), str(self.root / "python")])
        env = {**env, "CDKTF_OUTDIR": str(out), "PYTHONPATH": own}
        if unprotect:
            env["GROUNDWAY_UNPROTECT"] = unprotect
        done = processes.run([sys.executable, "-m", "stacks"], self.root, env)
        if done.code:
            raise GroundwayError(f"python -m stacks in {self.root} failed: {_complaint(done.err or done.out)}")
        return stacks_in(out)

    def revision(self) -> str:
        """The commit; `unknown` outside git."""
        commit = self._git("rev-parse", "HEAD")
        return "unknown" if commit is None else commit.decode().strip()

    def dirty(self) -> bool:
        """Whether files differ from the commit."""
        return bool(self.changed())

    def changed(self, *patterns: str) -> list[str]:
        """The files, all or those below `patterns`, that differ from the commit; none outside git."""
        said = self._git("status", "--porcelain", "--", *patterns) or b""
        return [line[3:] for line in said.decode(errors="replace").splitlines()]

    def commit(self, revision: str, option: str = "--from") -> str:
        """The full name of a revision. Raises `InvalidInput`, which names `option`, for one that there is not."""
        found = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if found is None:
            known = (
                "`git log --oneline` lists them" if self._git("rev-parse", "HEAD") else f"{self.root} has no history"
            )
            raise InvalidInput(f"{option} {revision}: no such revision; {known}")
        return found.decode().strip()

    def at(self, commit: str, directory: Path) -> "Checkout":
        """The files of another revision, laid out in `directory`; this checkout and its worktrees are left alone."""
        archive = self._git("archive", "--format=tar", commit)
        if archive is None:
            raise GroundwayError(f"git archive {commit} failed in {self.root}")
        directory.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(directory, filter="data")
        return Checkout(directory)

    def _git(self, *arguments: str) -> bytes | None:
        """What git says; None when it fails or is not there."""
        try:
            done = subprocess.run(["git", "-C", str(self.root), *arguments], capture_output=True)
        except FileNotFoundError:
            return None
        return None if done.returncode else done.stdout


def _complaint(said: str) -> str:
    """What a program ended with; of a traceback only its error."""
    _, traceback, text = said.strip().rpartition("Traceback (most recent call last):")
    if not traceback:
        return text
    lines = text.splitlines()
    first = next((i for i, line in enumerate(lines) if line and not line.startswith(" ")), 0)
    return "\n".join(lines[first:])
