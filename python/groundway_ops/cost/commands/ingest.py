"""`groundway cost ingest`: exports of the bill, read into the mart."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click


@click.command(epilog="Example: groundway cost ingest s3://acme-bill/focus --period 2026-10")
@click.argument("source")
@click.option("--mart", type=click.Path(file_okay=False, path_type=Path), help="[default: $GROUNDWAY_HOME/cost]")
@click.option("--period", "periods", multiple=True, metavar="YYYY-MM", help="Only this month; can be given repeatedly.")
@click.option("--json", "as_json", is_flag=True, help="What became of each month, for scripts.")
def ingest(source: str, mart: Path | None, periods: tuple[str, ...], as_json: bool) -> None:
    """Read exports of the bill into the mart that reports are made of.

    SOURCE is a folder, or s3://bucket/prefix, to which AWS Data Exports delivered FOCUS 1.0, FOCUS 1.2 or CUR 2.0. A
    month that comes again replaces what the mart has of it; the very same files change nothing. What is half-written or
    cannot be read is refused, and nothing is changed.
    """
    from groundway_ops.cost.bill.ingest import ingest as make
    from groundway_ops.cost.bill.mart import Mart, default

    done = make(
        Mart(mart.absolute()) if mart else default(),
        source,
        [_month(period) for period in periods],
        lambda line: click.echo(f"  {line}", err=True),
    )
    for notice in done.notices:
        click.echo(f"  Note: {notice}", err=True)
    if as_json:
        months = [{"payer": m.payer, "period": m.period, "what": m.what, **m.facts} for m in done.months]
        click.echo(json.dumps({"months": months, "notices": done.notices}, indent=2))
        return
    for month in done.months:
        click.echo(f"{month.period}  payer {month.payer}  {month.what}: {_said(month.facts)}")


def _said(facts: dict[str, Any]) -> str:
    amounts = [
        f"{metric} {Decimal(totals[metric]['mart']):,.2f} {currency}"
        for currency, totals in facts.get("totals", {}).items()
        for metric in ("billed", "effective")
    ]
    return ", ".join([facts.get("format", ""), f"{facts.get('rows', 0):,} charges", *amounts])


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        raise click.BadParameter(f"{text!r} is no month; write 2026-10", param_hint="--period") from None
