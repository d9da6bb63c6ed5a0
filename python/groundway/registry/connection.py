"""Where the registry is, and a handle to it whose errors are ours."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from groundway.errors import InvalidInput, Unavailable

QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "1",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
# MLflow retries for minutes by default; a registry that is down should be a message in seconds.
PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3", "MLFLOW_HTTP_REQUEST_TIMEOUT": "60"}


@dataclass(frozen=True)
class Registry:
    """A connected registry: `client` is an `mlflow.MlflowClient` for `uri`."""

    uri: str
    client: Any


def address() -> str:
    """`MLFLOW_TRACKING_URI` (a central MLflow), else the local registry's. Raises `Unavailable` when it is not up."""
    from groundway.registry.server import url

    found = os.environ.get("MLFLOW_TRACKING_URI") or url()
    if not found:
        raise Unavailable("the model registry is not running: groundway registry up (or set MLFLOW_TRACKING_URI)")
    return found


def connect(uri: str | None = None) -> Registry:
    """A handle to the registry at `uri` (default: `address()`)."""
    uri = uri or address()
    for key, value in {**QUIET, **PATIENCE}.items():
        os.environ.setdefault(key, value)
    from mlflow import MlflowClient

    return Registry(uri, MlflowClient(tracking_uri=uri, registry_uri=uri))


@contextmanager
def asking(registry: Registry, what: str) -> Iterator[None]:
    """Turn MLflow's errors into ours: what does not exist is bad input, all else means that MLflow cannot be used."""
    from mlflow.exceptions import MlflowException
    from requests.exceptions import RequestException

    try:
        yield
    except MlflowException as e:
        if e.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise InvalidInput(f"{what}: {_first_line(e)}") from None
        raise Unavailable(f"{what}: the model registry at {registry.uri} failed: {_first_line(e)}") from None
    except RequestException as e:
        raise Unavailable(f"{what}: the model registry at {registry.uri} cannot be reached: {_first_line(e)}") from None


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:500]
