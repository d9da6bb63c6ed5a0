"""`ask`: the estimate of a few resources, in a checkout of their own; `synthesized`: the stacks of all environments."""

import json
import sys
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cost_resources import CHECKOUT, TODAY

from groundway import environment
from groundway.environment import Environment
from groundway_ops.cost.estimate import estimate
from groundway_ops.cost.record import Estimate, Line

Ask = Callable[..., Estimate]


@pytest.fixture(scope="session")
def dev() -> Environment:
    """dev in us-east-1, whose prices most facts are of."""
    return environment.load("dev", CHECKOUT).model_copy(update={"region": "us-east-1"})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout without any usage of its own."""
    (tmp_path / "environments" / "dev").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def ask(dev: Environment, root: Path) -> Ask:
    """The estimate of `resources` (type -> name -> arguments); `usage` is the text of usage.yaml."""

    def asked(resources: dict[str, Any], usage: str = "", **changes: Any) -> Estimate:
        stack = root / "stacks" / "dev-part"
        stack.mkdir(parents=True, exist_ok=True)
        (stack / "cdk.tf.json").write_text(json.dumps({"resource": resources}))
        (root / "environments" / "dev" / "usage.yaml").write_text(usage)
        on = changes.pop("on", TODAY)
        return estimate(root / "stacks", dev.model_copy(update=changes), root=root, on=on)

    return asked


@pytest.fixture
def price(ask: Ask) -> Callable[..., dict[str, tuple[str, str, str]]]:
    """Dimension -> low, expected and high of the month, to the cent."""

    def priced(resources: dict[str, Any], usage: str = "", **changes: Any) -> dict[str, tuple[str, str, str]]:
        return {line.dimension: cents(line) for line in ask(resources, usage, **changes).lines}

    return priced


def cents(line: Line) -> tuple[str, str, str]:
    amounts = (line.monthly.low, line.monthly.expected, line.monthly.high)
    low, expected, high = (str(a.quantize(Decimal("0.01"), ROUND_HALF_UP)) for a in amounts)
    return low, expected, high


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from infra.cdk import App
    from stacks.app import add
    from stacks.cloud import Cloud

    app = App(outdir=str(tmp_path_factory.mktemp("all")))
    for loaded in environment.load_all(CHECKOUT).values():
        add(app, loaded, Cloud.LOCAL)
    app.synth()
    return Path(app.outdir) / "stacks"
