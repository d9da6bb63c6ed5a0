"""`groundway cost collect`: what was done for the money, for the reports that set it against the bill."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundway.errors import InvalidInput

if TYPE_CHECKING:
    from groundway_ops.cost.bill.activity.keep import Kept

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(epilog="Example: groundway cost collect gpus --prometheus http://127.0.0.1:9090 --period 2026-11")
def collect() -> None:
    """What was done for the money: training runs, predictions, GPU hours and pods, into the mart, month by month.

    A month is replaced whole, so one may collect it as often as one likes.
    """


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option(
            "--from", "file", type=FILE, help="A Parquet or CSV file instead; docs/cost-units.md has columns."
        ),
        click.option("--period", metavar="YYYY-MM", help="[default: this month; of a file, the months that it has]"),
        click.option(
            "--mart", type=click.Path(file_okay=False, path_type=Path), help="[default: $GROUNDWAY_HOME/cost]"
        ),
    ):
        command = option(command)
    return command


@collect.command(epilog="Example: groundway cost collect runs --period 2026-11")
@_options
def runs(mart: Path | None, period: str | None, file: Path | None, as_json: bool) -> None:
    """Training runs, from the model registry (groundway registry up, or MLFLOW_TRACKING_URI)."""
    from groundway import registry
    from groundway_ops.cost.bill.activity import runs as source

    def fill(db: Any, first: datetime, after: datetime) -> dict[str, Any]:
        connected = registry.connect()
        nameless = source.collect(db, connected, first, after)
        if nameless:
            click.echo(f"{nameless} runs carry no tag `run`: nothing on a bill can be theirs", err=True)
        return {"source": connected.uri, "nameless": nameless}

    _collect("runs", fill, mart, period, file, as_json)


@collect.command(epilog="Example: groundway cost collect predictions --environment prod --period 2026-11")
@_options
@click.option("--environment", help="[default: GROUNDWAY_ENVIRONMENT or dev]")
@click.option("--prometheus", metavar="URL", help="Ask the servers' counters instead of the prediction log.")
def predictions(
    mart: Path | None,
    period: str | None,
    file: Path | None,
    as_json: bool,
    environment: str | None,
    prometheus: str | None,
) -> None:
    """Predictions by model, version and day, from the prediction log of an environment, or from its Prometheus.

    The log knows rows and not requests; it is there although no Prometheus was. What is collected of one environment
    leaves that of the others in the month as it is.
    """
    from groundway import platform
    from groundway_ops.cost.bill.activity import predictions as source

    _one_source(prometheus, file)

    def fill(db: Any, first: datetime, after: datetime) -> dict[str, Any]:
        if prometheus:
            from groundway_ops.cost.bill.activity.prometheus import Prometheus

            source.from_prometheus(db, Prometheus(prometheus), platform.named(environment), first, after)
            return {"source": prometheus, "environment": platform.named(environment)}
        where = platform.load(environment)
        source.from_log(db, where, first, after, _progress)
        return {"source": f"s3://{where.data.name}/{source.FOLDER}/", "environment": where.environment}

    _collect("predictions", fill, mart, period, file, as_json)


@collect.command(epilog="Example: groundway cost collect gpus --prometheus http://127.0.0.1:9090 --period 2026-11")
@_options
@click.option("--prometheus", metavar="URL", help="What stands before /api/v1. Amazon's is asked with signatures.")
def gpus(mart: Path | None, period: str | None, file: Path | None, as_json: bool, prometheus: str | None) -> None:
    """GPU-hours: who had them, and what of them was useful, underused, idle, unallocated or unknown.

    From the DCGM exporter and kube-state-metrics in a Prometheus; see docs/cost-gpu.md.
    """
    _samples("gpus", prometheus, mart, period, file, as_json)


@collect.command(epilog="Example: groundway cost collect pods --prometheus http://127.0.0.1:9090 --period 2026-11")
@_options
@click.option("--prometheus", metavar="URL", help="What stands before /api/v1. Amazon's is asked with signatures.")
def pods(mart: Path | None, period: str | None, file: Path | None, as_json: bool, prometheus: str | None) -> None:
    """What pods had of their nodes, by the hour: GPUs, CPUs and memory that they requested, from a Prometheus."""
    _samples("pods", prometheus, mart, period, file, as_json)


def _samples(
    kind: str, url: str | None, mart: Path | None, period: str | None, file: Path | None, as_json: bool
) -> None:
    from groundway_ops.cost.bill.activity import cluster_metrics
    from groundway_ops.cost.bill.activity.keep import MARGIN, hours_of
    from groundway_ops.cost.bill.activity.prometheus import Prometheus

    _one_source(url, file)
    if not url and not file:
        raise InvalidInput(f"{kind} come from a Prometheus (--prometheus URL) or from a file (--from FILE)")

    def fill(db: Any, first: datetime, after: datetime) -> dict[str, Any]:
        asked = Prometheus(str(url))
        cluster_metrics.collect(
            db, kind, asked, first - MARGIN, min(after + MARGIN, _now().replace(second=0)), _progress
        )
        hours_of(db, kind)
        return {"source": str(url)}

    _collect(kind, fill, mart, period, file, as_json)


def _collect(
    table: str,
    fill: Callable[[Any, datetime, datetime], dict[str, Any]],
    folder: Path | None,
    period: str | None,
    file: Path | None,
    as_json: bool,
) -> None:
    """Have `rows_made` filled, from the file if there is one, and keep its months."""
    from groundway_ops.cost.bill.activity import keep
    from groundway_ops.cost.bill.mart import Mart, default

    mart = Mart(folder) if folder else default()
    month = _month(period) if period else _now().date().replace(day=1)
    with mart.connect() as db:
        if file:
            _from_file(db, table, file)
            months = [month] if period else keep.months_of(db, table)
            facts: dict[str, Any] = {"source": str(file)}
        else:
            first = datetime(month.year, month.month, 1)
            if first > _now():
                raise InvalidInput(f"{month:%Y-%m} has not begun")
            facts = fill(db, first, min(_next(first), _now() + timedelta(seconds=1)))
            months = [month]
        if environment := facts.get("environment"):
            db.execute(
                "INSERT INTO rows_made BY NAME SELECT * FROM predictions WHERE environment IS DISTINCT FROM ?"
                " AND date_trunc('month', day) = ?",
                [environment, month],
            )
        done = keep.keep(db, mart, table, months, facts)
    _tell(mart, table, done, facts, as_json)


def _from_file(db: Any, table: str, file: Path) -> None:
    from groundway_ops.cost.bill import activity
    from groundway_ops.cost.bill.activity import keep, samples

    samples.read(db, file, table, samples.COLUMNS.get(table, activity.TABLES[table]))
    if table in samples.COLUMNS:
        keep.hours_of(db, table)
    else:
        db.execute("ALTER TABLE samples RENAME TO rows_made")


def _tell(mart: Any, table: str, done: "list[Kept]", facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        listed = [{"month": f"{m.month:%Y-%m}", "rows": m.rows, "sums": m.sums, "replaced": m.replaced} for m in done]
        click.echo(json.dumps({"table": table, "mart": str(mart.folder), **facts, "months": listed}))
        return
    if not done:
        click.echo(f"{facts['source']} has no {table}")
    for month in done:
        sums = ", ".join(f"{value:,.10g} {name.replace('_', ' ')}" for name, value in month.sums.items())
        how = "replaced" if month.replaced else "written"
        click.echo(f"{month.month:%Y-%m}: {month.rows:,} rows of {table} {how}{': ' + sums if sums else ''}")


def _one_source(url: str | None, file: Path | None) -> None:
    if url and file:
        raise InvalidInput("--prometheus and --from are two sources; give one")


def _progress(done: str) -> None:
    click.echo(done, err=True)


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise InvalidInput(f"--period {text!r} is no month; write 2026-11") from None


def _next(first: datetime) -> datetime:
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
