"""Model versions, the champion and its predecessors; the local registry server."""

from __future__ import annotations

import json
from typing import Any

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _say(message: str) -> None:
    click.echo(message, err=True)


@click.group(epilog="Example: groundway registry list flights-delay")
def registry() -> None:
    """Model versions, the champion and its predecessors; the local registry server.

    MLFLOW_TRACKING_URI, where it is set, takes the place of the local server.
    """


@registry.command(epilog="Example: groundway registry up")
@click.option("--environment", help="Whose models bucket holds the artifacts. [default: GROUNDWAY_ENVIRONMENT or dev]")
@as_json
def up(environment: str | None, as_json: bool) -> None:
    """Start the local MLflow server; a running one is left alone."""
    from groundway import platform
    from groundway.registry import server

    running = server.up(platform.load(environment), report=_say)
    click.echo(json.dumps({"url": running.url, "pid": running.pid}) if as_json else running.url)


@registry.command(epilog="Example: groundway registry down")
def down() -> None:
    """Stop the local server; what it holds stays."""
    from groundway.registry import server

    click.echo("registry: stopped" if server.down() else "registry: was not running")


@registry.command(epilog="Example: groundway registry status --json")
@as_json
def status(as_json: bool) -> None:
    """Whether the local server runs, and where."""
    from groundway.registry import server

    found = server.status()
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo(f"running at {found['url']} (pid {found['pid']}, log {found['log']})" if found["running"] else "stopped")
    if found["override"]:
        click.echo(f"not used: MLFLOW_TRACKING_URI={found['override']} takes its place")


@registry.command("list", epilog="Example: groundway registry list flights-delay")
@click.argument("model", required=False)
@as_json
def list_(model: str | None, as_json: bool) -> None:
    """The versions of MODEL, or of all models."""
    from groundway import registry as models

    found = models.versions(models.connect(), model)
    if as_json:
        click.echo(json.dumps([v.model_dump(mode="json") for v in found]))
        return
    for v in found:
        verdict = "passed" if v.passed else "failed"
        made = f"{v.created:%Y-%m-%d %H:%M}"
        click.echo(f"{v.name} {v.version:>3}  {made}  {verdict}  {v.digest[:12]}  {' '.join(v.aliases)}".rstrip())
    if not found:
        _say("no versions" + (f" of {model}" if model else ""))


@registry.command(epilog="Example: groundway registry show flights-delay champion --json")
@click.argument("model")
@click.argument("version", default="champion")
@as_json
def show(model: str, version: str, as_json: bool) -> None:
    """VERSION of MODEL (a number or an alias) with its lineage and its verdict."""
    from groundway import registry as models

    handle = models.connect()
    found = models.show(handle, model, version)
    document = {
        **found.model_dump(mode="json"),
        "lineage": models.lineage(handle, found).model_dump(mode="json", by_alias=True),
        "verdict": models.artifact(handle, found, "verdict.json"),
    }
    click.echo(json.dumps(document) if as_json else _readable(document))


@registry.command(epilog="Example: groundway registry champion flights-delay")
@click.argument("model")
@as_json
def champion(model: str, as_json: bool) -> None:
    """The version of MODEL that is served."""
    from groundway import registry as models
    from groundway.errors import InvalidInput

    found = models.champion(models.connect(), model)
    if found is None:
        raise InvalidInput(f"{model} has no champion yet")
    click.echo(found.model_dump_json() if as_json else f"{found.name} version {found.version}")


@registry.command(epilog="Example: groundway registry restore flights-delay")
@click.argument("model")
@click.option("--to", type=int, help="A version that was the champion. [default: the champion before this one]")
@as_json
def restore(model: str, to: int | None, as_json: bool) -> None:
    """Give the champion's alias back to its predecessor. Servers take it up on reload."""
    from groundway import registry as models

    found = models.restore(models.connect(), model, to)
    click.echo(found.model_dump_json() if as_json else f"the champion of {found.name} is version {found.version} again")


@registry.command(epilog="Example: groundway registry sign flights-delay champion")
@click.argument("model")
@click.argument("version")
@click.option("--environment", help="Whose key signs. [default: GROUNDWAY_ENVIRONMENT or dev]")
@as_json
def sign(model: str, version: str, environment: str | None, as_json: bool) -> None:
    """Vouch for VERSION of MODEL (a number or an alias) with the environment's key.

    Training signs what it registers. This is for versions from before there was a key, or from before another one, and
    for whoever may read the private key.
    """
    from groundway import platform, signing
    from groundway import registry as models
    from groundway.errors import Unavailable

    name = platform.load(environment).environment
    signer = signing.signer(name, "models")
    if signer is None:
        raise Unavailable(f"{name} has no key that models are signed with: groundway bootstrap {name}")
    found = models.sign(models.connect(), model, version, signer)
    mark = signing.fingerprint(signing.public_of(signer))
    said = f"{found.name} version {found.version} is signed with the key {mark}"
    click.echo(json.dumps({"name": found.name, "version": found.version, "key": mark}) if as_json else said)


def _readable(document: Any, indent: str = "") -> str:
    lines = []
    for key, value in document.items():
        if isinstance(value, dict) and value:
            lines += [f"{indent}{key}:", _readable(value, indent + "  ")]
        else:
            lines.append(f"{indent}{key}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    return "\n".join(lines)
