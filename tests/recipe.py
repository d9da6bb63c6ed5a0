"""A page that tells how something is done, followed to the letter in a copy of the checkout.

What a page may hold, besides text: a block that names a file is that file (```yaml environments/x/environment.yaml); a
`diff` block that names one is an edit, whose context says where (```diff environments/dev/environment.yaml); the
commands of a `console` block are run. Blocks of other kinds are read by people only.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHARED = (".venv", ".venv-cdktn", "node_modules")
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
# what a shell of the machine may have set and a reader of the page would not have
FOREIGN = re.compile(r"AWS_|TF_|GROUNDWAY_|CDKTF_|MLFLOW_|TERRAFORM_|NODE_OPTIONS|NODE_PATH|PYTHONPATH")


@dataclass(frozen=True)
class Block:
    kind: str
    file: str
    text: str

    @property
    def commands(self) -> list[str]:
        return [line[2:] for line in self.text.splitlines() if self.kind == "console" and line.startswith("$ ")]

    def lines(self, signs: str) -> str:
        """The lines of a diff with one of these signs, without it."""
        return "".join(f"{line[1:]}\n" for line in self.text.splitlines() if line[:1] in signs)


def blocks(page: Path) -> list[Block]:
    return [Block(kind, file, text) for kind, file, text in BLOCK.findall(page.read_text())]


@dataclass(frozen=True)
class Copy:
    """The files of the checkout in `root`, with a local cloud of their own in `home`; nothing is written elsewhere."""

    root: Path
    home: Path

    def follow(self, page: Path) -> dict[str, str]:
        """Do what `page` says, in its order. What each command printed."""
        said: dict[str, str] = {}
        for block in blocks(page):
            if block.kind == "console":
                said |= {command: self.run(command) for command in block.commands}
            elif block.file:
                self._edit(block) if block.kind == "diff" else self._create(block)
        return said

    def _create(self, block: Block) -> None:
        file = self.root / block.file
        assert not file.exists(), f"{block.file} is there already"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text)

    def undo(self, block: Block) -> None:
        """Take an edit back."""
        self._replace(block.file, block.lines(" +"), block.lines(" -"))

    def _edit(self, block: Block) -> None:
        self._replace(block.file, block.lines(" -"), block.lines(" +"))

    def _replace(self, name: str, old: str, new: str) -> None:
        file = self.root / name
        found = file.read_text().count(old)
        assert found == 1, f"the edit of {name} fits in {found} places, not in one:\n{old}"
        file.write_text(file.read_text().replace(old, new))

    def run(self, command: str) -> str:
        """In one shell after the other: each takes over the variables of the one before."""
        recall = f"[ ! -f {self._variables} ] || . {self._variables}"
        script = f"set -euo pipefail\n{recall}\n{command}\nexport -p > {self._variables}"
        run = subprocess.run(
            ["bash", "-c", script], cwd=self.root, env=self._environment(), capture_output=True, text=True
        )
        assert run.returncode == 0, f"{command}\n{run.stdout[-4000:]}\n{run.stderr[-4000:]}"
        return run.stdout + run.stderr

    @property
    def _variables(self) -> Path:
        return self.home.with_suffix(".variables")

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not FOREIGN.match(k)}
        path = os.pathsep.join([f"{self.root}/.venv/bin", f"{self.root}/node_modules/.bin", kept["PATH"]])
        # before what is installed, which is the checkout that this is a copy of
        python = os.pathsep.join([f"{self.root}/python", str(self.root)])
        return kept | {"GROUNDWAY_HOME": str(self.home), "PATH": path, "PYTHONPATH": python}


@contextmanager
def copy(folder: Path) -> Iterator[Copy]:
    """A copy of what git would take, with the environments of the checkout; its local cloud goes afterwards."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert listed.returncode == 0, listed.stderr
    made = Copy(folder / "checkout", folder / "home")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (made.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, made.root / name)
    for name in SHARED:
        if (ROOT / name).exists():
            (made.root / name).symlink_to(ROOT / name)
    try:
        yield made
    finally:
        groundway = [str(Path(sys.prefix) / "bin" / "groundway"), "local", "reset", "--yes"]
        subprocess.run(groundway, cwd=made.root, env=made._environment(), capture_output=True)
