"""Phases: timed, judged, and none hides the next. What goes wrong in one is a breach that the record keeps."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from groundway.errors import GroundwayError
from groundway_ops.rehearsal.order import Failed
from groundway_ops.rehearsal.record import NOT_RUN, Phase, Record


@dataclass
class Phases:
    """Runs phases and notes them in `record`; `say` hears how it goes."""

    record: Record
    say: Callable[[str], None]

    def run(self, name: str, work: Callable[[], str]) -> bool:
        """Run one phase; `work` returns what was seen. False when it found or was a breach."""
        begun, known = time.monotonic(), len(self.record.breaches)
        self.say(f"{name} ...")
        try:
            detail = work()
        except Failed as e:
            self.breach(*e.problems.values())
            detail = f"failed for {', '.join(sorted(e.problems))}"
        except GroundwayError as e:
            self.breach(e.message)
            detail = "failed"
        except Exception as e:  # whatever it is: the phases after it still tell something
            self.breach(f"{type(e).__name__}: {e}")
            detail = "failed"
        found = self.record.breaches[known:]
        self.record.breaches[known:] = [f"{name}: {text}" for text in found]
        seconds = round(time.monotonic() - begun, 1)
        self.record.phases.append(Phase(name=name, ok=not found, seconds=seconds, detail=detail))
        self.say(f"{name}: {'ok' if not found else 'BREACH'} after {seconds} s: {detail.splitlines()[0]}")
        for text in self.record.breaches[known:]:
            self.say(f"BREACH {text}")
        return not found

    def breach(self, *texts: str) -> None:
        """Note what is wrong, in the phase that runs now."""
        self.record.breaches += texts

    def skip(self, names: Iterable[str], why: str) -> None:
        """Note phases that cannot be run: they show nothing, so they do not pass."""
        for name in names:
            self.record.phases.append(Phase(name=name, ok=False, seconds=0.0, detail=f"{NOT_RUN}: {why}"))
            self.say(f"{name}: {NOT_RUN}: {why}")
