"""Rebuild a registered model version from its lineage and show whether its predictions are identical."""

from __future__ import annotations

import json
import sys

import click


@click.command(epilog="Example: groundway reproduce flights-delay@1")
@click.argument("version", metavar="MODEL@VERSION")
@click.option("--environment", help="[default: GROUNDWAY_ENVIRONMENT or dev]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; progress goes to standard error.")
def reproduce(version: str, environment: str | None, as_json: bool) -> None:
    """Rebuild MODEL@VERSION (a number or an alias) from its lineage and compare the predictions.

    Exit code 3: the predictions differ, or the sources here are not those it was made from.
    """
    from groundway import pipeline, platform, registry
    from groundway.errors import InvalidInput, Refused

    model, _, wanted = version.partition("@")
    if not model or not wanted:
        raise InvalidInput(f"{version!r}: name a model and a version, like flights-delay@1 or flights-delay@champion")
    workload = pipeline.find(model)
    where = platform.load(environment)
    connected = registry.connect()
    found = pipeline.reproduce(
        workload, where, connected, wanted, lambda text: click.echo(f"  {text}", file=sys.stderr)
    )
    name = f"{model}@{found.version.version}"
    if as_json:
        record = {"version": found.version.version, "rows": found.rows, "identical": found.identical}
        click.echo(json.dumps({**record, "largest_difference": found.largest_difference}))
    elif found.identical:
        click.echo(f"{name}: rebuilt from its lineage; all {found.rows:,} predictions are identical")
    if not found.identical:
        raise Refused(f"{name}: rebuilt predictions differ by up to {found.largest_difference:.3g}")
