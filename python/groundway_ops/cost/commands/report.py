"""`groundway cost report`: what was spent, as the exports of the bill say."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.charges import METRICS
from groundway_ops.cost.bill.formats import BINARY, ENDINGS, ONE_TABLE

FILE = click.Path(path_type=Path)


class WithReports(click.Command):
    """Its help lists the reports, which are imported for it alone."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from groundway_ops.cost.bill.reports.monthly import titles
        from groundway_ops.cost.bill.reports.question import DIMENSIONS

        with formatter.section("Reports"):
            formatter.write_dl(list(titles().items()))
        with formatter.section("What to group by and to ask for"), formatter.indentation():
            formatter.write_text(", ".join(DIMENSIONS))
        super().format_epilog(ctx, formatter)


def _pairs(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:  # noqa: ARG001
    pairs: dict[str, str] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name or not value:
            raise InvalidInput(f"--where {text!r}: write what and which, such as --where team=demand")
        if name in pairs:
            raise InvalidInput(f"--where {name} is given twice, and a charge has one {name}")
        pairs[name] = value
    return pairs


@click.command(
    cls=WithReports,
    epilog="Example: groundway cost report monthly --from 2026-10 --output october.html",
)
@click.argument("name", required=False, default="overview", metavar="[NAME]")
@click.option("--by", help="Group by these, commas between: team,model. [default: what suits the report]")
@click.option("--from", "first", metavar="YYYY-MM", help="First month. [default: the latest there is]")
@click.option("--to", "last", metavar="YYYY-MM", help="Last month. [default: the first, if it is given]")
@click.option("--metric", type=click.Choice(METRICS), default="effective", show_default=True)
@click.option("--where", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="Only these charges. Repeatable.")
@click.option("--top", type=click.IntRange(min=1), help="Show this many rows, and the others as one.")
@click.option("--span", type=click.Choice(["month", "week"]), default="month", help="What movers compare.")
@click.option("--format", "wanted", type=click.Choice(list(ENDINGS)), help="[default: by the ending of --output]")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--output", type=FILE, help="Write to this file; to this folder, if a format holds one table a file.")
@click.option("--mart", "folder", type=FILE, help="Where the bill was ingested to. [default: $GROUNDWAY_HOME/cost]")
def report(
    name: str,
    by: str | None,
    top: int | None,
    wanted: str | None,
    as_json: bool,
    output: Path | None,
    folder: Path | None,
    **asked: Any,
) -> None:
    """What was spent, from the exports that `groundway cost ingest` has read.

    NAME is one of the reports below. Under every grouping, what a report adds up to is what the export adds up to.
    """
    from groundway_ops.cost.bill import formats, mart
    from groundway_ops.cost.bill.formats import prometheus
    from groundway_ops.cost.bill.reports.monthly import document, titles
    from groundway_ops.cost.bill.reports.question import Question

    if name not in titles():
        raise InvalidInput(f"{name!r} is no report; there are {', '.join(titles())}")
    kind = "json" if as_json else wanted or _by_ending(output)
    if kind in BINARY and output is None and sys.stdout.isatty():
        raise InvalidInput(f"{kind} is nothing to look at: give --output FILE, or a pipe")
    held = mart.Mart(folder) if folder else mart.default()
    dimensions = tuple(part.strip() for part in by.split(",")) if by else ()
    made = document(name, held, Question.of(held, by=dimensions, top=top, **asked))
    if kind == "prometheus":
        made = prometheus.bounded(made, top or prometheus.MOST)
    if kind in ONE_TABLE and len(made.reports) > 1:
        if output is None:
            raise InvalidInput(
                f"a file of {kind} holds one table, and {name} is {len(made.reports)}: give --output FOLDER, or ask "
                "for one report, such as spend"
            )
        for file, content in formats.apart(kind, made):
            _write(output / file, content)
    elif output is None:
        click.echo(formats.render(kind, made), nl=False)
    else:
        _write(output, formats.render(kind, made))


def _by_ending(output: Path | None) -> str:
    if output is None:
        return "terminal"
    by_ending = {ending: name for name, ending in ENDINGS.items()}
    try:
        return by_ending[output.suffix]
    except KeyError:
        raise InvalidInput(f"{output}: say --format, or end its name with one of {', '.join(by_ending)}") from None


def _write(file: Path, content: str | bytes) -> None:
    """Whole or not at all: Prometheus may read it at any moment."""
    data = content if isinstance(content, bytes) else click.unstyle(content).encode()
    new = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(data)
        new.replace(file)
    except OSError as e:
        raise InvalidInput(f"{file} cannot be written: {e.strerror}") from None
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
    click.echo(f"{file}: {len(data):,} bytes", err=True)
