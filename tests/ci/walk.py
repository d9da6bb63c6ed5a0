"""A repository with the files of this checkout, its forge and its cloud on this machine; workflows run there."""

import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from recipe import FOREIGN, SHARED, Copy
from stand_ins import StandIns
from workflows import load, resolved, steps

from groundway import environment
from groundway_ops.accounts import Account
from groundway_ops.demo.people import reviewer

SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]  # what `shell: bash` is on GitHub


@dataclass
class Walk:
    """`done` are the commands that were run."""

    made: Copy
    remote: Path
    stand_ins: StandIns
    done: list[str] = field(default_factory=list)
    forge: dict[str, str] = field(default_factory=dict)  # further variables that GitHub sets

    @classmethod
    def begin(cls, made: Copy, folder: Path) -> "Walk":
        walk = cls(made, folder / "remote.git", StandIns(folder / "bin"))
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(walk.remote)], check=True)
        walk.git("init", "-q", "-b", "main")
        (made.root / ".git" / "info" / "exclude").write_text("".join(f"/{name}\n" for name in SHARED))
        walk.git("remote", "add", "origin", str(walk.remote))
        walk.commit("first")
        walk.git("push", "-q", "origin", "main")
        return walk

    @property
    def base(self) -> dict[str, str]:
        """A runner: what the machine has, and nothing of a cloud."""
        kept = {k: v for k, v in os.environ.items() if not FOREIGN.match(k) and not k.startswith(("GITHUB_", "CI"))}
        python = os.pathsep.join([f"{self.made.root}/python", str(self.made.root)])
        own = {"GROUNDWAY_HOME": str(self.made.home), "PYTHONPATH": python}
        path = os.pathsep.join([str(self.stand_ins.folder), f"{self.made.root}/.venv/bin", kept["PATH"]])
        handed = {name: str(self.handed(name)) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        return kept | own | {"PATH": path} | handed | self.forge

    def handed(self, name: str) -> Path:
        """The file by which steps hand something to the forge."""
        return self.made.root.parent / name

    def cloud(self, environment: str) -> dict[str, str]:
        """What stands in for the role of a GitHub environment: its account in the local cloud."""
        shown = self.shell(f"groundway local env {environment} --json", self.base)
        found = {k: v for k, v in json.loads(shown).items() if v is not None}
        return {**found, "PATH": os.pathsep.join([str(self.stand_ins.folder), found["PATH"]])}

    def person(self, name: str, login: str) -> dict[str, str]:
        """What leads `login` into the environment's account, as whoever single sign-on let in."""
        account = Account(environment.load(name, self.made.root), self.base | self.cloud(name))
        return dict(reviewer(account, login).variables)

    def job(self, workflow: str, job: str, environment: str | None, values: Mapping[str, str] | None = None) -> str:
        """Run the commands of a job, as GitHub would, on what is on `main`. What they said."""
        self.git("checkout", "-q", "-f", "main")
        content = load(self.made.root / ".github" / "workflows" / f"{workflow}.yml")
        said = []
        for step in steps(content):
            if step.job == job:
                cloud = self.cloud(environment) if environment else {}
                env = {**self.base, **resolved(step.env, values or {}), **cloud}
                said.append(self.shell(step.run, env))
                self.done.append(f"{workflow}/{job}: {step.run}")
        assert said, f"{workflow} has no job {job} that runs anything"
        return "\n".join(said)

    def shell(self, text: str, env: Mapping[str, str]) -> str:
        """Its output; it must succeed. How long it took is told (`pytest -s`)."""
        begun = time.monotonic()
        run = subprocess.run([*SHELL, text], cwd=self.made.root, env=dict(env), capture_output=True, text=True)
        print(f"{time.monotonic() - begun:6.1f} s  {text}")
        assert run.returncode == 0, f"{text}\nexit code {run.returncode}\n{run.stdout[-6000:]}\n{run.stderr[-6000:]}"
        return run.stdout

    def propose(self, environment: str, title: str) -> str:
        """The job that proposes; then the proposal is merged. What was on `main` before is returned."""
        values = {"inputs.environment": environment, "inputs.title": title, "secrets.GITHUB_TOKEN": "a-token"}
        self.job("propose", "propose", None, values)
        self.git("fetch", "-q", "origin")
        before = self.git("rev-parse", "main")
        self.git("checkout", "-q", "-f", "main")
        self.git("merge", "-q", "--no-ff", "-m", title, f"origin/release/{environment}")
        self.git("push", "-q", "origin", "main")
        return before

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"]
        run = subprocess.run(["git", *identity, *arguments], cwd=self.made.root, capture_output=True, text=True)
        assert run.returncode == 0, f"git {arguments}: {run.stderr}"
        return run.stdout.strip()
