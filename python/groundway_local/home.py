"""Where the local cloud keeps what it needs between commands: `$GROUNDWAY_HOME/local/`."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from groundway_local.processes import ProcessId


@dataclass(frozen=True)
class Home:
    """The directory of all run-time state and the files of the local cloud in it."""

    root: Path

    @classmethod
    def current(cls) -> "Home":
        """`GROUNDWAY_HOME`, else `.groundway` in the current directory."""
        return cls(Path(os.environ.get("GROUNDWAY_HOME") or ".groundway").absolute())

    @property
    def local(self) -> Path:
        return self.root / "local"

    @property
    def record(self) -> Path:
        """Who the running emulator is."""
        return self.local / "emulator.json"

    @property
    def port(self) -> Path:
        """The port used last, so that addresses stay the same."""
        return self.local / "port"

    @property
    def log(self) -> Path:
        return self.local / "emulator.log"

    @property
    def snapshot(self) -> Path:
        return self.local / "snapshot"

    @property
    def mirror(self) -> Path:
        """The filesystem mirror from which Terraform installs the provider."""
        return self.local / "mirror"

    @property
    def terraformrc(self) -> Path:
        return self.local / "terraformrc"

    @property
    def terraform(self) -> Path:
        """The launcher of Terraform."""
        return self.local / "bin" / "terraform"


@dataclass(frozen=True)
class Record:
    """A started emulator. `notice` is what the user should hear about the start, or empty."""

    pid: int
    started: float
    port: int
    notice: str = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def alive(self) -> bool:
        return ProcessId(self.pid, self.started).alive()

    def write(self, path: Path) -> None:
        write_whole(path, json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "Record | None":
        """The record; None when there is none that can be read."""
        with suppress(OSError, ValueError, TypeError):
            return cls(**json.loads(path.read_text()))
        return None


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file whole or not at all; leave one alone that already says this."""
    with suppress(OSError, UnicodeDecodeError):
        if path.read_text() == text and path.stat().st_mode & 0o777 == mode:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_text(text)
    partial.chmod(mode)
    os.replace(partial, path)
