"""Work on stacks in the order of their dependencies, independent ones at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from groundway.errors import GroundwayError
from groundway_ops.rehearsal.checkout import Stack

T = TypeVar("T")
PARALLEL = 4


class Failed(GroundwayError):
    """The work failed for at least one stack; `done` has what the others returned."""

    def __init__(self, problems: dict[str, str], done: dict[str, object]) -> None:
        super().__init__("\n".join(problems.values()))
        self.problems, self.done = problems, done


def in_order(stacks: Sequence[Stack], work: Callable[[Stack], T], backwards: bool = False) -> dict[str, T]:
    """Stack name -> what `work` returned. `backwards`: a stack's turn comes when those that depend on it are done.

    Raises `Failed` when `work` raised `GroundwayError` for one; those that would come after it have no turn.
    """
    names = {stack.name for stack in stacks}
    before = {s.name: {d for d in s.dependencies if d in names} for s in stacks}
    if backwards:
        before = {name: {s.name for s in stacks if name in s.dependencies} for name in names}
    return _run({s.name: s for s in stacks}, before, work)


def all_at_once(stacks: Sequence[Stack], work: Callable[[Stack], T]) -> dict[str, T]:
    """As `in_order`, for work that needs no order."""
    return _run({s.name: s for s in stacks}, {s.name: set() for s in stacks}, work)


def _run(stacks: dict[str, Stack], before: dict[str, set[str]], work: Callable[[Stack], T]) -> dict[str, T]:
    done: dict[str, T] = {}
    problems: dict[str, str] = {}
    waiting = dict(stacks)
    running: dict[Future[T], str] = {}
    with ThreadPoolExecutor(PARALLEL) as pool:
        while True:
            for name in [n for n in waiting if before[n] <= done.keys()]:
                running[pool.submit(work, waiting.pop(name))] = name
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                name = running.pop(future)
                try:
                    done[name] = future.result()
                except GroundwayError as e:
                    problems[name] = e.message
    for name in waiting:
        problems.setdefault(name, f"{name}: had no turn, since a stack before it failed")
    if problems:
        raise Failed(problems, dict(done))
    return done
