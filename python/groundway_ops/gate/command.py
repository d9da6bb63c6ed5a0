"""Judge the synthesized stacks, and plans of them, by the policies; what was not looked at is refused too."""

import os
import sys
from pathlib import Path

import click

from groundway import environment
from groundway.errors import Refused
from groundway_ops.gate import documents, freshness, price
from groundway_ops.gate.check import unprotect
from groundway_ops.gate.documents import Document
from groundway_ops.gate.explain import explanation
from groundway_ops.gate.formats import FORMATS, render, terminal
from groundway_ops.gate.gate import Gate
from groundway_ops.gate.verdict import Verdict

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


Place = tuple[str, Path | None]  # a format, and the file that it goes to; None is standard output


def _places(_context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> tuple[Place, ...]:
    parted = [value.partition("=") for value in values]
    for format, _, _ in parted:
        if format not in FORMATS:
            raise click.BadParameter(f"{format!r} is none of {', '.join(FORMATS)}", param=option)
    return tuple((format, Path(file) if file else None) for format, _, file in parted)


@click.command(epilog="Example: groundway gate prod --format sarif=gate.sarif --format markdown=comment.md")
@click.argument("environments", metavar="[ENV]...", nargs=-1)
@click.option("--stacks", type=FOLDER, help="Holds */cdk.tf.json. [default: cdktf.out/stacks, or $CDKTF_OUTDIR/stacks]")
@click.option(
    "--plan", "plans", type=FILE, multiple=True, help="Also judge this plan (terraform show -json) of a stack."
)
@click.option("--policies", type=FOLDER, help="[default: policies/ of the checkout]")
@click.option(
    "--format",
    "wanted",
    metavar="FORMAT[=FILE]",
    multiple=True,
    callback=_places,
    help=f"{', '.join(FORMATS)}; with =FILE, written there. May be repeated. [default: terminal]",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File for a format without one.")
@click.option("--baseline", type=FILE, help="Earlier --format json: Markdown says only what has changed since.")
@click.option("--explain", metavar="RULE", help="Say what a rule wants and why, and judge nothing.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def gate(
    environments: tuple[str, ...],
    stacks: Path | None,
    plans: tuple[Path, ...],
    policies: Path | None,
    wanted: tuple[Place, ...],
    output: Path | None,
    baseline: Path | None,
    explain: str | None,
    as_json: bool,
) -> None:
    """Judge the synthesized stacks of environments (default: all that are there) by the policies.

    The app itself does so whenever it synthesizes. Exit code 0: passed. 3: a rule is broken, or something could not be
    looked at. 2: what was given cannot be judged at all, such as stacks older than their sources.
    """
    policies = policies or environment.checkout() / "policies"
    if explain is not None:
        click.echo(explanation(policies, explain, stacks or _default(), as_json), nl=False)
        return
    places = _destinations((*wanted, ("json", None)) if as_json else wanted, output, baseline)
    verdict = Gate(policies, unprotect()).judge(_documents(stacks, environments, plans))
    _write(verdict, places, baseline)
    if not verdict.passed:
        raise Refused("the policies refuse this")


def _documents(stacks: Path | None, environments: tuple[str, ...], plans: tuple[Path, ...]) -> list[Document]:
    folder = stacks or _default()
    if stacks is None:
        freshness.check(folder, environment.checkout())
    found = documents.stacks(folder, environments)
    click.echo(f"Stacks in {folder}, synthesized {freshness.age(folder)}.", err=True)
    return [*found, *(documents.plan(file, found) for file in plans), *price.estimates(found)]


def _default() -> Path:
    out = os.environ.get("CDKTF_OUTDIR")
    return (Path(out) if out else environment.checkout() / "cdktf.out") / "stacks"


def _destinations(wanted: tuple[Place, ...], output: Path | None, baseline: Path | None) -> list[Place]:
    """Every format and the file for it; whoever watches is told something, too."""
    bare = [format for format, file in wanted if file is None]
    if len(bare) > 1:
        raise click.UsageError(f"{' and '.join(bare)} cannot share one place: write --format {bare[1]}=FILE")
    if baseline and "markdown" not in dict(wanted):
        raise click.UsageError("--baseline is for Markdown: add --format markdown")
    places = [(format, file or output) for format, file in wanted or (("terminal", None),)]
    return places if any(file is None for _, file in places) else [*places, ("terminal", None)]


def _write(verdict: Verdict, places: list[Place], baseline: Path | None) -> None:
    for format, file in places:
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(render(format, verdict, baseline), encoding="utf-8")
        elif format == "terminal":
            click.echo(terminal.render(verdict, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ), nl=False)
        else:
            click.echo(render(format, verdict, baseline), nl=False)
