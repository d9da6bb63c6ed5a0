"""`groundway cost estimate`: what the synthesized stacks of an environment cost a month."""

import os
from pathlib import Path

import click

from groundway import environment as environments
from groundway.environment import Environment
from groundway_ops.cost.formats import FORMATS, document, render
from groundway_ops.cost.record import Estimate
from groundway_ops.gate import freshness

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(epilog="Example: groundway cost estimate prod --against base/stacks --format markdown > comment.md")
@click.argument("environment", metavar="ENV")
@click.option("--stacks", type=FOLDER, help="Holds */cdk.tf.json. [default: cdktf.out/stacks, or $CDKTF_OUTDIR/stacks]")
@click.option(
    "--against",
    type=click.Path(exists=True, path_type=Path),
    help="Compare with these stacks, or with a file that --json wrote earlier.",
)
@click.option("--format", "wanted", type=click.Choice(FORMATS), default="terminal", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def estimate(environment: str, stacks: Path | None, against: Path | None, wanted: str, as_json: bool) -> None:
    """What the synthesized stacks of ENV cost a month, USD: at least, as expected, at most.

    Every resource is priced from the price book, or free for a reason, or the command fails and names it. What is
    billed by use follows from environments/ENV/usage.yaml, and else from stated defaults.
    """
    from groundway_ops.cost.estimate import estimate as make

    loaded = environments.load(environment)
    folder = stacks or _synthesized()
    now = make(folder, loaded)
    before = _before(against, loaded) if against else None
    click.echo(render("json" if as_json else wanted, now, before), nl=False)


def _synthesized() -> Path:
    """Where the app wrote the stacks. Raises `InvalidInput` if what they are made of has changed since."""
    out = os.environ.get("CDKTF_OUTDIR")
    folder = (Path(out) if out else environments.checkout() / "cdktf.out") / "stacks"
    freshness.check(folder, environments.checkout())
    return folder


def _before(against: Path, loaded: Environment) -> Estimate:
    from groundway_ops.cost.estimate import estimate as make

    return make(against, loaded) if against.is_dir() else document.read(against)
