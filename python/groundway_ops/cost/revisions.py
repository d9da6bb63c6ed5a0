"""The estimate of a checkout, as it is and as it was at another revision: each by its own code, stacks and usage, at
the prices of today's book."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from groundway import environment as environments
from groundway.errors import GroundwayError, InvalidInput
from groundway_ops.cost.estimate import estimate
from groundway_ops.cost.record import Estimate
from groundway_ops.rehearsal.checkout import Checkout
from groundway_ops.rehearsal.processes import Processes

OURS = ("GROUNDWAY_", "CDKTF_")  # what would lead the app elsewhere
Say = Callable[[str], None]


def now(name: str, root: Path, say: Say) -> Estimate:
    """The estimate of environment `name` as the checkout `root` is now, its uncommitted changes included."""
    with _work() as work:
        return _estimate(Checkout(root), name, work, "this checkout", say)


def then(name: str, root: Path, revision: str, say: Say) -> Estimate:
    """The same at `revision`, laid out aside. Raises `InvalidInput` if there is no such revision or environment."""
    checkout = Checkout(root)
    commit = checkout.commit(revision, "--diff")
    with _work() as work:
        say(f"laying out {revision} ({commit[:12]})")
        earlier = checkout.at(commit, work / "checkout")
        if not (earlier.root / "environments" / name / "environment.yaml").exists():
            raise InvalidInput(f"--diff {revision}: there was no environment {name} at that revision")
        try:
            return _estimate(earlier, name, work, revision, say)
        except GroundwayError as e:
            said = e.message.replace(str(earlier.root), revision)
            raise type(e)(f"--diff {revision} cannot be estimated: {said}") from None


def _estimate(checkout: Checkout, name: str, work: Path, called: str, say: Say) -> Estimate:
    say(f"synthesizing {name} of {called}")
    folder, refused = _synthesized(checkout, name, work / "out")
    say(f"estimating {name} of {called}")
    found = estimate(folder, environments.load(name, checkout.root), root=checkout.root)
    said = (f"the policies refuse the stacks of {called}; they are priced all the same",) if refused else ()
    return found.model_copy(update={"notices": (*said, *found.notices)})


def _synthesized(checkout: Checkout, name: str, out: Path) -> tuple[Path, bool]:
    """The folder of the stacks, and whether the checkout's own gate put them aside."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
    env |= {"GROUNDWAY_ENVIRONMENT": name, "GROUNDWAY_CLOUD": "local"}
    processes = Processes()
    try:
        checkout.synthesize(out, env, processes)
    except GroundwayError:
        if not (out / "refused").is_dir():
            raise
        return out / "refused", True
    finally:
        processes.stop()
    return out / "stacks", False


@contextmanager
def _work() -> Iterator[Path]:
    with TemporaryDirectory(prefix="groundway-cost-") as folder:
        yield Path(folder)
