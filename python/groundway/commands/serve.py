"""Serve a model: SageMaker's contract, the Open Inference Protocol and Prometheus metrics on one port."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from groundway.serving.settings import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
environment = click.option("--environment", help="Whose server. [default: GROUNDWAY_ENVIRONMENT or dev]")


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """What `run` and `start` have in common; the names are those of `groundway.serving.settings.Settings`."""
    for option in reversed(
        [
            click.option(
                "--alias",
                help="Follow this alias of the registry. [default: what the environment's deployed release pins; "
                "champion as long as none is deployed]",
            ),
            click.option(
                "--directory",
                type=click.Path(exists=True, file_okay=False, path_type=Path),
                help="Serve this model directory rather than a pinned or registered version.",
            ),
            click.option("--environment", help="[default: GROUNDWAY_ENVIRONMENT or dev]"),
            click.option("--feature-project", help="Project of the feature views. [default: the contract's]"),
            click.option("--body-limit", type=int, help="Largest body in bytes. [default: 8 MiB]"),
            click.option("--linger", type=float, help="Seconds of /ping 503 before the door is closed. [default: 0]"),
            click.option("--log/--no-log", default=True, show_default=True, help="Keep predictions for monitoring."),
            click.option("--log-seconds", type=float, help="Send them at least this often. [default: 10]"),
        ]
    ):
        command = option(command)
    return command


def _settings(model: str, given: dict[str, Any]) -> Settings:
    from pydantic import ValidationError

    from groundway.errors import InvalidInput
    from groundway.serving.settings import Settings

    try:
        return Settings(model=model, **{k: v for k, v in given.items() if v is not None})
    except ValidationError as e:
        first = e.errors()[0]
        raise InvalidInput(f"--{str(first['loc'][0]).replace('_', '-')} {first['input']}: {first['msg']}") from None


@click.group(epilog="Example: groundway serve start flights-delay")
def serve() -> None:
    """Serve a model: SageMaker's contract, the Open Inference Protocol and Prometheus metrics on one port.

    Routes: /ping, /invocations, /v2/..., /metrics, /groundway/reload, /groundway/variants.
    """


@serve.command(epilog="Example: groundway serve run flights-delay --directory /opt/ml/model --no-log")
@click.argument("model")
@click.option("--host", help="[default: 127.0.0.1; 0.0.0.0 under SageMaker]")
@click.option("--port", type=int, help="[default: SAGEMAKER_BIND_TO_PORT or 8080]")
@_options
def run(model: str, host: str | None, port: int | None, **given: Any) -> None:
    """Serve MODEL in the foreground until SIGTERM, which drains. SIGHUP takes up what is to be served now."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one row gains nothing from more threads and waits for them
    bind = os.environ.get("SAGEMAKER_BIND_TO_PORT")
    settings = _settings(
        model,
        {**given, "host": host or ("0.0.0.0" if bind else None), "port": port or bind},  # noqa: S104 - SageMaker asks for it
    )
    from groundway.serving.server import run

    run(settings)


@serve.command(epilog="Example: groundway serve start flights-delay --port 8080")
@click.argument("model")
@click.option("--port", type=int, help="[default: the last one, or any that is free]")
@_options
@as_json
def start(model: str, port: int | None, as_json: bool, **given: Any) -> None:
    """Serve MODEL in the background; returns when it is ready."""
    from groundway.serving import process

    settings = _settings(model, given)
    running = process.start(settings, port=port, report=lambda m: click.echo(m, err=True))
    click.echo(json.dumps({"url": running.url, "pid": running.pid}) if as_json else running.url)


@serve.command(epilog="""Example: groundway serve ask my-model '{"field": 1}'""")
@click.argument("model")
@click.argument("rows", nargs=-1, required=True)
@environment
@as_json
def ask(model: str, rows: tuple[str, ...], environment: str | None, as_json: bool) -> None:
    """Ask the running server of MODEL about ROWS, each a JSON object of the request's fields."""
    from groundway.errors import InvalidInput
    from groundway.serving import process

    try:
        parsed = [json.loads(row) for row in rows]
    except json.JSONDecodeError as e:
        raise InvalidInput(f"a row is not JSON: {e}") from None
    answer = process.ask(model, parsed, environment)
    text = "\n".join(f"{p:.4f}" for p in answer["predictions"]) + f"  (version {answer['model_version']})"
    click.echo(json.dumps(answer) if as_json else text)


@serve.command(epilog="Example: groundway serve reload flights-delay")
@click.argument("model")
@environment
@as_json
def reload(model: str, environment: str | None, as_json: bool) -> None:
    """Have the server of MODEL take up the newly pinned version, or champion; no request is dropped."""
    from groundway.serving import process

    version, changed = process.reload(model, environment)
    text = f"{model}: version {version} is served{'' if changed else ', as before'}"
    click.echo(json.dumps({"version": version, "changed": changed}) if as_json else text)


@serve.command(epilog="Example: groundway serve stop flights-delay")
@click.argument("model")
@environment
def stop(model: str, environment: str | None) -> None:
    """Drain the server of MODEL and stop it."""
    from groundway.serving import process

    click.echo(f"{model}: stopped" if process.stop(model, environment) else f"{model}: was not running")


@serve.command(epilog="Example: groundway serve status flights-delay --json")
@click.argument("model")
@environment
@as_json
def status(model: str, environment: str | None, as_json: bool) -> None:
    """Whether MODEL is served, where, and which versions with which shares of the requests."""
    from groundway.serving import process

    running = process.find(model, environment)
    found = running.model_dump(mode="json", include={"url", "pid", "log"}) if running else {}
    variants = _variants(model, environment) if running else []
    if as_json:
        click.echo(json.dumps({"running": running is not None, **found, **({"variants": variants} if running else {})}))
        return
    click.echo(f"running at {running.url} (pid {running.pid}, log {running.log})" if running else "stopped")
    for v in variants:
        click.echo(f"version {v['version']}: {v['weight']:.0%}{', taking over' if v['candidate'] else ''}")


def _variants(model: str, environment: str | None) -> list[dict[str, Any]]:
    """What the server serves; nothing from one that does not answer (yet)."""
    from groundway.errors import GroundwayError
    from groundway.serving import process

    try:
        found: list[dict[str, Any]] = process.variants(model, environment)["variants"]
    except GroundwayError:
        return []
    return found
