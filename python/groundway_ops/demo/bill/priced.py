"""The price of what was deployed, from the stacks as they were then: the next deployment writes over them."""

import shutil
from pathlib import Path

from groundway import environment as environments
from groundway.service import home
from groundway_ops.cost.estimate import estimate
from groundway_ops.cost.record import Estimate


def keep(environment: str, root: Path) -> None:
    """Keep what was synthesized for `environment`, when it has just been deployed."""
    for stack in (root / "cdktf.out" / "stacks").glob(f"{environment}-*/cdk.tf.json"):
        kept = _folder() / stack.parent.name / stack.name
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(stack, kept)


def price(environment: str, root: Path) -> Estimate:
    """What the kept stacks of `environment` cost a month."""
    return estimate(_folder(), environments.load(environment, root), root=root)


def forget() -> None:
    shutil.rmtree(_folder(), ignore_errors=True)


def _folder() -> Path:
    return home() / "demo" / "stacks"
