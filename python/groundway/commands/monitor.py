"""Drift and quality of a served model, from what its server logged; whether to retrain, and why."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from groundway.monitoring import Assessment, FeatureDrift, Policy

DAY = click.DateTime(["%Y-%m-%d"])


@click.group(epilog="Example: groundway monitor check flights-delay --since 2013-07-01 --until 2013-08-01")
def monitor() -> None:
    """Drift and quality of a served model, from what its server logged; whether to retrain, and why."""


@monitor.command(epilog="Example: groundway monitor check flights-delay --days 30 --json")
@click.argument("model")
@click.option("--since", type=DAY, help="First day, UTC. [default: --days before the end]")
@click.option("--until", type=DAY, help="Day after the last, UTC. [default: after the newest that is logged]")
@click.option("--days", type=click.IntRange(1), default=30, show_default=True, help="Length without --since.")
@click.option("--version", default="champion", show_default=True, help="A number or an alias.")
@click.option("--policy", "policy_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="YAML.")
@click.option("--environment", help="[default: GROUNDWAY_ENVIRONMENT or dev]")
@click.option("--gate", is_flag=True, help="Exit with 3 where there is a reason to retrain.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(
    model: str,
    since: datetime | None,
    until: datetime | None,
    days: int,
    version: str,
    policy_file: Path | None,
    environment: str | None,
    gate: bool,
    as_json: bool,
) -> None:
    """Compare what MODEL was asked and answered with the reference of its version, and update its gauges."""
    from groundway import monitoring, platform, registry
    from groundway.errors import Refused

    policy = _policy(policy_file)
    where = platform.load(environment)
    last = until.replace(tzinfo=UTC) if until else _after(monitoring.latest_day(where, model).isoformat())
    first = since.replace(tzinfo=UTC) if since else last - timedelta(days=days)
    reference = monitoring.reference(registry.connect(), model, version)
    window = monitoring.window(where, model, first, last, reference.version)
    found = monitoring.assess(reference, window, policy)
    monitoring.publish(found, where.environment)
    click.echo(json.dumps({**found.model_dump(mode="json"), "retrain": found.retrain}) if as_json else _readable(found))
    if gate and found.retrain:
        raise Refused(f"{model} should be retrained: {'; '.join(found.reasons)}")


@monitor.command(epilog="Example: groundway monitor labels flights-delay july.parquet")
@click.argument("model")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--environment", help="[default: GROUNDWAY_ENVIRONMENT or dev]")
def labels(model: str, file: Path, environment: str | None) -> None:
    """Store labels that became known: Parquet with request_id, event_time (UTC) and label (0 or 1)."""
    import polars as pl

    from groundway import monitoring, platform
    from groundway.errors import InvalidInput

    try:
        frame = pl.read_parquet(file)
    except (OSError, pl.exceptions.PolarsError) as e:
        raise InvalidInput(f"{file} is not Parquet: {e}") from None
    where = platform.load(environment)
    stored = monitoring.put_labels(where, model, frame, where.tags.using(model=model))
    click.echo(f"{model}: {stored:,} labels stored")


def _after(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)


def _policy(path: Path | None) -> Policy:
    import yaml
    from pydantic import ValidationError

    from groundway.errors import InvalidInput
    from groundway.monitoring import Policy

    if path is None:
        return Policy()
    try:
        return Policy.model_validate(yaml.safe_load(path.read_text()) or {})
    except yaml.YAMLError as e:
        raise InvalidInput(f"{path} is not YAML: {e}") from None
    except ValidationError as e:
        first = e.errors()[0]
        raise InvalidInput(f"{path}: {'.'.join(map(str, first['loc'])) or 'policy'}: {first['msg']}") from None


def _readable(found: Assessment) -> str:
    def line(name: str, drift: FeatureDrift) -> str:
        limit = "ignored" if drift.threshold is None else f"psi < {drift.threshold:g}"
        mark = "  DRIFTED" if drift.drifted else ""
        return f"  {name:28} psi {drift.psi:7.4f}  js {drift.js:6.4f}  kl {drift.kl:7.4f}  ({limit}){mark}"

    worst = sorted(found.inputs.items(), key=lambda item: -item[1].psi)
    lines = [
        f"{found.model} version {found.version}, {found.start:%Y-%m-%d} to {found.end:%Y-%m-%d}: "
        f"{found.rows:,} predictions, {found.labelled:,} labelled",
        *(line(name, drift) for name, drift in worst),
        *([line("score", found.score)] if found.score else []),
    ]
    if q := found.quality:
        auc = "none" if q.auc is None else f"{q.auc:.4f}"
        lines.append(f"  quality: AUC {auc}, log loss {q.log_loss:.4f}, calibration error {q.calibration_error:.4f}")
    lines += [f"  note: {note}" for note in found.notes]
    lines += ["retrain:", *(f"  {reason}" for reason in found.reasons)] if found.retrain else ["no reason to retrain"]
    return "\n".join(lines)
