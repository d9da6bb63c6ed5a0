"""The local registry: one MLflow server, its records in SQLite, its artifacts in the platform's models bucket."""

import json
import os
import sys
from typing import Any
from urllib.parse import urlencode

from groundway import service
from groundway.platform import Platform
from groundway.registry.connection import QUIET
from groundway.service import Report, Service, quiet

NAME = "registry"
HEALTH = "/health"


def up(platform: Platform, *, report: Report = quiet) -> Service:
    """Start the server, or leave the running one. About 12-15 s on two cores; raises `Unavailable` when it fails."""
    state = service.home() / "registry"
    state.mkdir(parents=True, exist_ok=True)

    def command(port: int) -> list[str]:
        return [
            *(sys.executable, "-m", "mlflow", "server"),
            *("--host", service.HOST, "--port", str(port)),
            *("--backend-store-uri", f"sqlite:///{state / 'mlflow.db'}"),
            *("--artifacts-destination", f"s3://{platform.models.name}/mlflow"),
            # A second worker costs 300 MB and 2 s of start; SQLite admits one writer at a time anyway.
            *("--workers", "1"),
        ]

    return service.start(NAME, command, HEALTH, env=_environment(platform), deadline=180, report=report)


def down() -> bool:
    """Stop the server; what it holds stays. False: it was not running."""
    return service.stop(NAME)


def url() -> str | None:
    """The running local server's address."""
    running = service.find(NAME)
    return running.url if running else None


def status() -> dict[str, Any]:
    """`running`, `url`, `pid`, `log` and `override` (MLFLOW_TRACKING_URI, when it takes the local server's place)."""
    running = service.find(NAME)
    return {
        "running": running is not None,
        "url": running.url if running else None,
        "pid": running.pid if running else None,
        "log": str(running.log) if running else None,
        "override": os.environ.get("MLFLOW_TRACKING_URI"),
    }


def _environment(platform: Platform) -> dict[str, str]:
    artifacts = {
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": platform.models.key_arn,
        "Tagging": urlencode(platform.tags.aws()),
    }
    environment = {
        **QUIET,
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_S3_UPLOAD_EXTRA_ARGS": json.dumps(artifacts),
        "AWS_DEFAULT_REGION": platform.region,
    }
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        environment["MLFLOW_S3_ENDPOINT_URL"] = endpoint
    return environment
