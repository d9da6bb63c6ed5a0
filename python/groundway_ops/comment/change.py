"""The change that is told about: environments of a checkout, synthesized as they would be deployed."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from groundway.errors import GroundwayError
from groundway_ops.rehearsal.checkout import Checkout
from groundway_ops.rehearsal.processes import Processes

AHEAD = "GROUNDWAY_AHEAD"  # a change is ahead of what its environment pins


@dataclass(frozen=True)
class Change:
    """The environments `names` of the checkout at `root`, and how its checks went. What is made goes to `work`."""

    root: Path
    work: Path
    names: Sequence[str]
    checks: Sequence[tuple[str, str]]
    say: Callable[[str], None]
    _problems: dict[str, str] = field(default_factory=dict)

    def out(self, name: str) -> Path:
        """Where the environment is synthesized to."""
        return self.work / name

    def stacks(self, name: str) -> Path:
        """The folder with the environment's stacks, also of those that the policies refused. Synthesized once.

        Raises `GroundwayError` for an environment that cannot be synthesized.
        """
        out = self.out(name)
        if not out.exists():
            self._synthesize(name, out)
        found = next((out / folder for folder in ("stacks", "refused") if (out / folder).is_dir()), None)
        if found is None:
            raise GroundwayError(self._problems.get(name, f"{name} has no stacks"))
        return found

    def _synthesize(self, name: str, out: Path) -> None:
        self.say(f"{name}: synth")
        processes = Processes()
        try:
            env = {**os.environ, "GROUNDWAY_ENVIRONMENT": name, AHEAD: name}
            Checkout(self.root).synthesize(out, env, processes)
        except GroundwayError as e:
            self._problems[name] = e.message
        finally:
            processes.stop()
