"""Which stacks there are: the four parts of every environment that is asked for."""

import os
from pathlib import Path

from groundway import environment
from groundway.environment import Environment
from groundway.errors import InvalidInput
from groundway.release import require_pinned
from groundway_ops.gate.check import check
from infra import sources
from infra.cdk import App
from stacks.cloud import Cloud, chosen, reachable
from stacks.compute import Compute
from stacks.foundation import Foundation
from stacks.ml import MachineLearning
from stacks.observability import Observability


def add(app: App, environment: Environment, cloud: Cloud) -> None:
    """Add the stacks of one environment to `app`: `<name>-foundation`, `-compute`, `-ml`, `-observability`."""
    foundation = Foundation(app, environment, cloud)
    compute = Compute(app, environment, cloud, foundation)
    ml = MachineLearning(app, environment, cloud, foundation, compute)
    Observability(app, environment, cloud, foundation, compute, ml)


def wanted(root: Path | None = None) -> list[Environment]:
    """The environment that `GROUNDWAY_ENVIRONMENT` names, else all of them. All are checked in either case."""
    if name := os.environ.get("GROUNDWAY_ENVIRONMENT"):
        return [environment.load(name, root)]
    return list(environment.load_all(root).values())


def unprotected(environments: list[Environment]) -> list[Environment]:
    """The same, without protection for the one that `GROUNDWAY_UNPROTECT` names: the explicit word to destroy it."""
    word = os.environ.get("GROUNDWAY_UNPROTECT")
    if not word:
        return environments
    names = [one.name for one in environments]
    if word not in names:
        raise InvalidInput(f"GROUNDWAY_UNPROTECT is {word!r}, which is not synthesized; it must be: {', '.join(names)}")
    return [one.unprotected() if one.name == word else one for one in environments]


def composed(root: Path | None = None) -> App:
    """The app with every environment that is wanted and reachable. Raises `Refused` for one pinned elsewhere."""
    cloud = chosen()
    environments = wanted(root)
    if cloud is Cloud.AWS:
        environments = reachable(environments)
    for one in environments:
        require_pinned(environment.checkout(root), one.name)
    app = App()
    for one in unprotected(environments):
        add(app, one, cloud)
    return app


def synthesize(root: Path | None = None) -> None:
    """Write `cdktf.out/` (or where the command line says). Raises `Refused` for what the policies do not pass."""
    app = composed(root)
    app.synth()
    sources.write(app)
    check(Path(app.outdir), root)
