"""`groundway cost prices`: whether the price book is right, and today's prices from AWS for it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundway import environment as environments
from groundway.errors import Refused

if TYPE_CHECKING:
    from groundway_ops.cost.upkeep.refresh import Refreshed

BOOK = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(epilog="Example: groundway cost prices check")
def prices() -> None:
    """The price book: what is wrong with it, and today's prices from AWS."""


@prices.command(epilog="Example: groundway cost prices check --days 180 --json")
@click.option("--days", type=click.IntRange(min=0), default=365, show_default=True, help="How old a row may be.")
@click.option("--book", type=BOOK, help="Another price book than the one that estimates use.")
@click.option("--json", "as_json", is_flag=True, help="Findings for programs: kind, where, said.")
@click.pass_context
def check(context: click.Context, days: int, book: Path | None, as_json: bool) -> None:
    """Rows that are stale, prices that an estimate may ask for and are missing, prices that contradict each other.

    Exit code 1 if something is wrong.
    """
    from groundway_ops.cost.price_book import FOLDER
    from groundway_ops.cost.upkeep.check import check as look
    from groundway_ops.cost.upkeep.wanted import wanted

    asked = wanted(environments.load_all(), environments.checkout())
    found = look(book or FOLDER, asked, datetime.now(UTC).date(), days)
    if as_json:
        click.echo(json.dumps([{"kind": f.kind, "where": f.where, "said": f.said} for f in found], indent=2))
    else:
        for finding in found:
            click.echo(f"{finding.kind}: {finding.where}: {finding.said}")
        click.echo(f"{len(found)} things are wrong." if found else f"All is well: {len(asked)} prices are there.")
    context.exit(1 if found else 0)


@prices.command(epilog="Example: groundway cost prices refresh --region eu-west-1 --apply")
@click.option("--region", "regions", multiple=True, help="May be repeated. [default: all regions of the book]")
@click.option("--apply", "write", is_flag=True, help="Write what is not refused into the price book; else only show.")
@click.option("--accept", metavar="KEY", multiple=True, help="Take a price that jumped or vanished. May be repeated.")
@click.option("--book", type=BOOK, help="Another price book than the one that estimates use.")
@click.option("--json", "as_json", is_flag=True, help="For programs: key, region, verdict, old, new, percent, why.")
def refresh(regions: tuple[str, ...], write: bool, accept: tuple[str, ...], book: Path | None, as_json: bool) -> None:
    """Today's prices from AWS's Price List API and EC2's spot history, beside those of the book.

    Needs credentials that may pricing:GetProducts and ec2:DescribeSpotPriceHistory. A price that moved by more than
    half, or that AWS does not have any more, is refused until it is accepted by its key: exit code 3.
    """
    from groundway_ops.cost import price_book
    from groundway_ops.cost.upkeep.price_list import PriceList
    from groundway_ops.cost.upkeep.refresh import apply, refreshed
    from groundway_ops.cost.upkeep.spot import SpotHistory

    folder = book or price_book.FOLDER
    known = price_book.load(folder).regions
    if unknown := sorted(set(regions) - known.keys()):
        raise click.UsageError(f"{', '.join(unknown)}: not in regions.yaml; there are {', '.join(sorted(known))}")
    today = datetime.now(UTC).date()
    found = refreshed(folder, regions or known.keys(), PriceList(), SpotHistory(), today, accept, _say)
    click.echo(json.dumps([_document(one) for one in found], indent=2) if as_json else _shown(found))
    if write:
        _say(f"{apply(folder, found)} rows written to {folder}")
        price_book.load(folder)  # raises for what nobody can read any more
    if refused := [one for one in found if one.refused]:
        keys = " ".join(f"--accept {key}" for key in sorted({one.place.key for one in refused}))
        raise Refused(f"{len(refused)} prices are refused until somebody looked at them: {keys}")


def _shown(found: "list[Refreshed]") -> str:
    """What is not the same, row by row; of the others only how many."""
    lines = []
    for one in found:
        if one.verdict in ("same", "not asked"):
            continue
        percent = f" ({one.percent:+}%)" if one.percent is not None else ""
        said = f"{one.place}: {_amount(one.old)} -> {_amount(one.new)}{percent}"
        verdict = (
            f"{one.verdict}, {'refused' if one.refused else 'accepted'}"
            if one.why or one.accepted or one.refused
            else one.verdict
        )
        lines.append(f"{verdict}: {said}{f': {one.why}' if one.why else ''}")
    same = sum(one.verdict == "same" for one in found)
    unasked = sum(one.verdict == "not asked" for one in found)
    return "\n".join([*lines, f"{same} are the same, {unasked} could not be asked for."])


def _document(one: "Refreshed") -> dict[str, Any]:
    return {
        "key": one.place.key,
        "region": one.place.region,
        "verdict": one.verdict,
        "old": str(one.old) if one.old is not None else None,
        "new": str(one.new) if one.new is not None else None,
        "percent": str(one.percent) if one.percent is not None else None,
        "refused": one.refused,
        "why": one.why,
    }


def _amount(amount: Any) -> str:
    return "-" if amount is None else f"{amount.normalize():f}"


def _say(what: str) -> None:
    click.echo(f"{what} ...", err=True)
