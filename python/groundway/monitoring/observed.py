"""What is compared: the reference that came with the model, and what its server logged, with labels as they arrive.

Labels lie beside the predictions in the data bucket: `labels/<model>/<day of event time>/<sha256>.parquet`.
"""

import hashlib
import io
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import polars as pl

from groundway.contract import ModelContract
from groundway.errors import InvalidInput, Unavailable
from groundway.platform import Platform, client
from groundway.registry.connection import Registry
from groundway.serving.store import prefix
from groundway.tags import CostTags

READERS = 8
UTC_TIME = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class Reference:
    """A sample of what the model was trained for: its inputs, `score` and `label`."""

    version: str
    frame: pl.DataFrame
    inputs: tuple[str, ...]
    categorical: frozenset[str]


@dataclass(frozen=True)
class Window:
    """Logged predictions with event time in [start, end); `label` is null where it is not known yet."""

    model: str
    start: datetime
    end: datetime
    frame: pl.DataFrame


def reference(registry: Registry, model: str, alias_or_version: str | int = "champion") -> Reference:
    """The reference of a registered version. Raises `Refused` when the version was tampered with."""
    from groundway.registry import download, show

    found = show(registry, model, alias_or_version)
    with tempfile.TemporaryDirectory() as d:
        return read_reference(download(registry, model, found.version, Path(d) / "model"), str(found.version))


def read_reference(directory: Path, version: str) -> Reference:
    """The reference in a model directory: `reference.parquet` and `contract.json`."""
    contract = ModelContract.model_validate_json((directory / "contract.json").read_bytes())
    path = directory / "reference.parquet"
    if not path.is_file():
        raise InvalidInput(f"version {version} came without reference.parquet, so there is nothing to compare with")
    frame = pl.read_parquet(path)
    if missing := [c for c in (*contract.inputs, "score") if c not in frame.columns]:
        raise InvalidInput(f"reference.parquet of version {version} has no column {missing[0]!r}")
    return Reference(version, frame, contract.inputs, frozenset(contract.categorical))


def window(platform: Platform, model: str, start: datetime, end: datetime, version: str | None = None) -> Window:
    """What was logged for events in [start, end), by one version if given. A request sent twice counts once."""
    if start.tzinfo is None or end.tzinfo is None or start >= end:
        raise InvalidInput(f"window: {start} to {end} must have a time zone and must not be empty")
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    frame = _read(platform, prefix(model), start, end)
    if frame.is_empty():
        return Window(model, start, end, pl.DataFrame({"request_id": [], "score": [], "label": []}))
    frame = frame.with_columns(pl.col("event_time").cast(UTC_TIME), pl.col("served_at").cast(UTC_TIME))
    frame = frame.filter(pl.col("event_time").is_between(start, end, closed="left"))
    if version is not None:
        frame = frame.filter(pl.col("version") == version)
    frame = frame.sort("served_at").unique("request_id", keep="last", maintain_order=True)
    labels = _read(platform, _labels(model), start, end)
    if labels.is_empty():
        return Window(model, start, end, frame.with_columns(pl.lit(None, pl.Float64).alias("label")))
    newest = labels.sort("known_at").unique("request_id", keep="last").select("request_id", "label")
    return Window(model, start, end, frame.join(newest, on="request_id", how="left"))


def latest_day(platform: Platform, model: str) -> date:
    """The newest day that predictions are logged for. Raises `InvalidInput` when there are none."""
    days = [k.removeprefix(prefix(model)).split("/")[0] for k in _keys(platform, prefix(model))]
    if not days:
        raise InvalidInput(f"no prediction of {model} is logged in s3://{platform.data.name}/{prefix(model)}")
    return date.fromisoformat(max(days))


def put_labels(platform: Platform, model: str, labels: pl.DataFrame, tags: CostTags) -> int:
    """Store what became known: columns `request_id`, `event_time` (UTC) and `label` (0 or 1). Returns the rows.

    The same labels stored again change nothing; other labels for the same request replace the earlier ones.
    """
    platform.require(tags)
    frame = _checked(labels)
    s3 = client("s3", platform.region)
    for (day,), part in frame.group_by(pl.col("event_time").dt.date(), maintain_order=True):
        content = io.BytesIO()
        part.select("request_id", "event_time", "label").sort("request_id").write_parquet(content)
        body = content.getvalue()
        with _storage(platform, _labels(model)):
            s3.put_object(
                Bucket=platform.data.name,
                Key=f"{_labels(model)}{day}/{hashlib.sha256(body).hexdigest()}.parquet",
                Body=body,
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=platform.data.key_arn,
                Tagging=urlencode(tags.aws()),
            )
    return len(frame)


def _checked(labels: pl.DataFrame) -> pl.DataFrame:
    if missing := [c for c in ("request_id", "event_time", "label") if c not in labels.columns]:
        raise InvalidInput(f"labels have no column {missing[0]!r}; they need request_id, event_time and label")
    kind = labels.schema["event_time"]
    if not isinstance(kind, pl.Datetime) or kind.time_zone is None:
        raise InvalidInput(f"labels: event_time is {kind}, it must be a time with a zone")
    try:
        cast = labels.select(
            pl.col("request_id").cast(pl.String),
            pl.col("event_time").dt.convert_time_zone("UTC").dt.cast_time_unit("us"),
            pl.col("label").cast(pl.Float64),
        )
    except pl.exceptions.PolarsError as e:
        raise InvalidInput(f"labels: {e}") from None
    if cast.is_empty() or any(cast[c].null_count() for c in cast.columns):
        raise InvalidInput("labels: there are none, or some have no value")
    if not cast["label"].is_in([0.0, 1.0]).all():
        raise InvalidInput("labels must be 0 or 1")
    return cast


def _read(platform: Platform, folder: str, start: datetime, end: datetime) -> pl.DataFrame:
    """All files of the days that [start, end) touches, with `known_at`, when each was stored."""
    last = (end - timedelta(microseconds=1)).date()
    days = {f"{start.date() + timedelta(d)}" for d in range((last - start.date()).days + 1)}
    wanted = {k: at for k, at in _keys(platform, folder).items() if k.removeprefix(folder).split("/")[0] in days}
    s3 = client("s3", platform.region)

    def get(key: str) -> pl.DataFrame:
        body = s3.get_object(Bucket=platform.data.name, Key=key)["Body"].read()
        return pl.read_parquet(io.BytesIO(body)).with_columns(pl.lit(wanted[key]).cast(UTC_TIME).alias("known_at"))

    with _storage(platform, folder), ThreadPoolExecutor(READERS) as pool:
        frames = list(pool.map(get, wanted))
    # Versions may differ in their inputs; what one does not have is null.
    return pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame()


def _keys(platform: Platform, folder: str) -> dict[str, Any]:
    with _storage(platform, folder):
        pages = client("s3", platform.region).get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=platform.data.name, Prefix=folder)
        return {o["Key"]: o["LastModified"] for page in found for o in page.get("Contents", ())}


def _labels(model: str) -> str:
    return f"labels/{model}/"


@contextmanager
def _storage(platform: Platform, folder: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as e:
        raise Unavailable(f"cannot use s3://{platform.data.name}/{folder}: {e}") from None
