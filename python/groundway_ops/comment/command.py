"""What a change does, in one comment on its pull request: checks, policies, price, rehearsal, plan."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from groundway import environment

MARK = "<!-- groundway -->"  # by which the comment is found again
OUTCOMES = ("passed", "failed", "skipped")
USUAL = ("checks", "policies", "price", "rehearsal")


def _outcomes(_context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, str]]:
    parted = [value.partition("=") for value in values]
    for name, _, went in parted:
        if not name or went not in OUTCOMES:
            raise click.BadParameter(f"{name}={went}: NAME={'|'.join(OUTCOMES)} is wanted", param=option)
    return [(name, went) for name, _, went in parted]


@click.command(epilog="Example: groundway comment dev --check lint=passed --output comment.md")
@click.argument("names", metavar="[ENV]...", nargs=-1)
@click.option("--check", "checks", metavar="NAME=OUTCOME", multiple=True, callback=_outcomes, help="How a check went.")
@click.option(
    "--section",
    "sections",
    type=click.Choice([*USUAL, "plan"]),
    multiple=True,
    help="Only this, without the title; may be repeated. `plan` asks the cloud, and is made only when it is named. "
    "[default: all others]",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="[default: standard output]")
def comment(
    names: tuple[str, ...], checks: list[tuple[str, str]], sections: tuple[str, ...], output: Path | None
) -> None:
    """Tell in Markdown what this checkout would do to environments (default: all of them).

    Each is synthesized, judged and priced; a rehearsal is told about if there was one of this very code. It tells and
    does not judge: exit code 0 also when a gate refuses, for that is what the comment is to say.
    """
    from groundway_ops.comment.change import Change
    from groundway_ops.comment.sections import text

    root = environment.checkout()
    wanted = [environment.load(name, root).name for name in names] or environment.names(root)
    with TemporaryDirectory(prefix="groundway-") as work:
        change = Change(root, Path(work), wanted, checks, lambda line: click.echo(f"  {line}", err=True))
        body = text(change, sections or USUAL)
    if not sections:
        body = f"{MARK}\n## What this change does to {', '.join(wanted)}\n\n{body}"
    if output is None:
        click.echo(body, nl=False)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(body, encoding="utf-8")
