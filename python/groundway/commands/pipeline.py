"""Take a model through its life cycle: land, train, validate, register, promote; then watch and retrain."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from groundway.pipeline import Observation, Trained

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON; progress goes to standard error.")
environment = click.option("--environment", help="[default: GROUNDWAY_ENVIRONMENT or dev]")
dataset = click.option("--dataset", help="A dataset version that was landed before. [default: land the source]")


def say(text: str) -> None:
    """Progress goes to standard error, so that --json stays clean."""
    click.echo(f"  {text}", file=sys.stderr)


@click.group(epilog="Example: groundway pipeline run flights-delay --train 2013-01..2013-03 --validate 2013-04")
def pipeline() -> None:
    """Take a model through its life cycle. Repeating a command, or a killed one, makes nothing twice."""


@pipeline.command("list", epilog="Example: groundway pipeline list")
def list_() -> None:
    """List the workloads that are installed."""
    from importlib.metadata import entry_points

    from groundway.pipeline.workload import GROUP

    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        click.echo(f"{entry.name}  ({entry.value})")


@pipeline.command(epilog="Example: groundway pipeline land flights-delay --environment staging")
@click.argument("model")
@environment
@as_json
def land(model: str, environment: str | None, as_json: bool) -> None:
    """Bring the data of MODEL into the environment: what a promotion judges a model by there."""
    from groundway import pipeline, platform

    dataset = pipeline.find(model).land(platform.load(environment), say)
    rows = sum(table.rows for table in dataset.tables.values())
    said = f"{dataset.name}@{dataset.version}: {rows:,} rows in {len(dataset.tables)} tables"
    click.echo(json.dumps(dataset.model_dump()) if as_json else said)


@pipeline.command(epilog="Example: groundway pipeline run flights-delay --train 2013-01..2013-03 --validate 2013-04")
@click.argument("model")
@click.option("--train", "training", required=True, help="Months to train on: 2013-01..2013-03.")
@click.option("--validate", "validation", required=True, help="Later months to judge on.")
@dataset
@environment
@as_json
def run(
    model: str, training: str, validation: str, dataset: str | None, environment: str | None, as_json: bool
) -> None:
    """Land, train, validate and register MODEL; a version that passes becomes the champion.

    Exit code 3: the version was registered, but did not pass.
    """
    from groundway import pipeline, platform, registry
    from groundway.pipeline import Span

    workload, spans = pipeline.find(model), (Span.parse(training), Span.parse(validation))
    spans[1].require_after(spans[0])  # before the data is landed
    where = platform.load(environment)
    connected = registry.connect()
    prepared = pipeline.prepare(workload, where, say, dataset)
    trained = pipeline.train(workload, where, prepared, connected, *spans, say)
    if as_json:
        click.echo(json.dumps({"dataset": prepared.dataset.model_dump(), **described(trained)}))
    else:
        m, v = trained.verdict.metrics, trained.version
        auc = "none" if m.auc is None else f"{m.auc:.4f}"
        click.echo(f"{v.name}@{v.version}: ROC AUC {auc}, log loss {m.log_loss:.4f} on {m.rows:,} rows of {spans[1]}")
    trained.verdict.require()


@pipeline.command(epilog="Example: groundway pipeline watch flights-delay --months 2013-05..2013-12 --history 3")
@click.argument("model")
@click.option("--months", required=True, help="Months of traffic to send through the running server.")
@click.option(
    "--history", type=click.IntRange(1, 120), default=3, show_default=True, help="Months that retraining uses."
)
@dataset
@environment
@as_json
def watch(model: str, months: str, history: int, dataset: str | None, environment: str | None, as_json: bool) -> None:
    """Replay months of MODEL's traffic through its server; assess each, and retrain where there is reason.

    With --json one line a month.
    """
    from groundway import pipeline, platform, registry
    from groundway.pipeline import Span

    workload, span = pipeline.find(model), Span.parse(months)
    where = platform.load(environment)
    connected = registry.connect()
    prepared = pipeline.prepare(workload, where, say, dataset)
    for seen in pipeline.watch(workload, where, prepared, connected, span, history, say):
        click.echo(json.dumps(observed(seen)) if as_json else _line(seen))


def described(trained: Trained) -> dict[str, Any]:
    """A trained version as JSON-able data."""
    return {
        "version": trained.version.model_dump(mode="json"),
        "verdict": {**trained.verdict.model_dump(mode="json"), "reasons": list(trained.verdict.reasons)},
        "lineage": trained.lineage.model_dump(mode="json"),
        "promoted": trained.promoted,
    }


def observed(seen: Observation) -> dict[str, Any]:
    """A month of traffic as JSON-able data."""
    return {
        "month": seen.month,
        "assessment": seen.assessment.model_dump(mode="json"),
        "retrained": described(seen.retrained) if seen.retrained else None,
    }


def _line(seen: Observation) -> str:
    a, r = seen.assessment, seen.retrained
    auc = "none" if a.quality is None or a.quality.auc is None else f"{a.quality.auc:.4f}"
    score = "none" if a.score is None else f"{a.score.psi:.3f}"
    text = f"{seen.month}  version {a.version}  {a.rows:>6,} predictions  AUC {auc}  score psi {score}"
    if r is None:
        return text
    return f"{text}  retrained: version {r.version.version} {'took over' if r.promoted else 'did not pass'}"
