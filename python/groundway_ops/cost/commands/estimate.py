"""`groundway cost estimate`: what an environment costs a month, by its stacks, by plans, and beside what it was."""

import os
from pathlib import Path

import click

from groundway import environment as environments
from groundway.environment import Environment
from groundway_ops.cost.formats import FORMATS, document, render
from groundway_ops.cost.record import Estimate
from groundway_ops.gate import freshness

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
Pair = tuple[Estimate, Estimate | None]  # now, and what it is compared with


@click.command(epilog="Example: groundway cost estimate prod --diff main --format markdown > comment.md")
@click.argument("environment", metavar="[ENV]", required=False)
@click.option("--stacks", type=FOLDER, help="Holds */cdk.tf.json. [default: cdktf.out/stacks, or $CDKTF_OUTDIR/stacks]")
@click.option(
    "--against",
    type=click.Path(exists=True, path_type=Path),
    help="Compare with these stacks, or with a file that --json wrote earlier.",
)
@click.option(
    "--plan", "plans", type=FILE, multiple=True, help="Price this plan (terraform show -json) of a stack instead."
)
@click.option("--diff", metavar="REV", help="Compare this checkout with it as it was at a revision of git.")
@click.option("--format", "wanted", type=click.Choice(FORMATS), default="terminal", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def estimate(
    environment: str | None,
    stacks: Path | None,
    against: Path | None,
    plans: tuple[Path, ...],
    diff: str | None,
    wanted: str,
    as_json: bool,
) -> None:
    """What ENV costs a month, USD: at least, as expected, at most.

    Every resource is priced from the price book, or free for a reason, or the command fails and names it. What is
    billed by use follows from environments/ENV/usage.yaml, and else from stated defaults.

    With --plan, ENV may be left out, and the difference that the plans make is shown. With --diff, both sides are
    synthesized by their own code, each with its own usage, at the prices of today's book.
    """
    if sum(map(bool, (plans, diff, against))) > 1:
        raise click.UsageError("--plan, --diff and --against each say what to compare with: give one of them")
    if plans and stacks:
        raise click.UsageError("--plan prices what is planned: leave --stacks out")
    if plans:
        now, before = _planned(plans, environment)
    elif environment is None:
        raise click.UsageError("Missing argument 'ENV'; only --plan can do without it")
    else:
        now, before = _synthesized(environment, stacks, against, diff)
    click.echo(render("json" if as_json else wanted, now, before), nl=False)


def _synthesized(name: str, stacks: Path | None, against: Path | None, diff: str | None) -> Pair:
    from groundway_ops.cost.estimate import estimate as make

    loaded = environments.load(name)
    if diff:
        return _compared(loaded, stacks, diff)
    now = make(stacks or _folder(), loaded)
    return now, _before(against, loaded) if against else None


def _compared(loaded: Environment, stacks: Path | None, revision: str) -> Pair:
    from groundway_ops.cost import revisions
    from groundway_ops.cost.estimate import estimate as make

    root = environments.checkout()
    before = revisions.then(loaded.name, root, revision, _say)
    return make(stacks, loaded) if stacks else revisions.now(loaded.name, root, _say), before


def _planned(files: tuple[Path, ...], name: str | None) -> Pair:
    from groundway_ops.cost import plans

    loaded = environments.load(plans.environment_of(files, name))
    before, after = plans.estimates(plans.read(files, loaded.name), loaded)
    return after, before


def _folder() -> Path:
    """Where the app wrote the stacks. Raises `InvalidInput` if what they are made of has changed since."""
    out = os.environ.get("CDKTF_OUTDIR")
    folder = (Path(out) if out else environments.checkout() / "cdktf.out") / "stacks"
    freshness.check(folder, environments.checkout())
    return folder


def _before(against: Path, loaded: Environment) -> Estimate:
    from groundway_ops.cost.estimate import estimate as make

    return make(against, loaded) if against.is_dir() else document.read(against)


def _say(what: str) -> None:
    click.echo(f"{what} ...", err=True)
