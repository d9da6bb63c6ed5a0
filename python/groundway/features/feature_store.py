"""`FeatureStore`: one set of Feast definitions, offline in S3 and online in DynamoDB, on what the stacks deployed."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import feast
import polars as pl
from feast.protos.feast.types.Value_pb2 import Value
from feast.repo_config import RegistryConfig, RepoConfig

from groundway.contract import OnlineInput
from groundway.errors import InvalidInput, Unavailable
from groundway.features.definitions import KINDS, bound, checked
from groundway.features.offline import TIMESTAMP, UTC_MICROSECONDS
from groundway.features.online import OnlineTable, entity_key, prefix, value_of
from groundway.platform import Platform, client
from groundway.tags import CostTags

if TYPE_CHECKING:
    import pandas as pd


class FeatureStore:
    """The feature views of one project. Frames are Polars or pandas; times are UTC.

    Methods raise `InvalidInput` for views, features and columns that are not defined, `Unavailable` when S3 or DynamoDB
    cannot be used.
    """

    def __init__(self, platform: Platform, project: str, tags: CostTags) -> None:
        if not project.replace("_", "").isalnum() or project.startswith("_"):
            raise InvalidInput(f"feature project {project!r}: use letters, digits and _")
        platform.require(tags)
        self.project = project
        self._bucket = platform.features.bucket
        self._object = {
            "ServerSideEncryption": "aws:kms",
            "SSEKMSKeyId": self._bucket.key_arn,
            "Tagging": urlencode(tags.aws()),
        }
        self._region = platform.region
        self._table = OnlineTable(platform.features.online_table, platform.region)
        self._views: dict[str, Any] = {}
        with _reachable(f"the feature registry in s3://{self._bucket.name}"):
            self.feast = feast.FeatureStore(config=self._configuration(platform))

    def _configuration(self, platform: Platform) -> RepoConfig:
        return RepoConfig(
            project=self.project,
            provider="aws",
            registry=RegistryConfig(
                path=f"s3://{self._bucket.name}/feast/{self.project}/registry.pb", s3_additional_kwargs=self._object
            ),
            online_store={
                "type": "groundway.features.online.SharedTableOnlineStore",
                "table": platform.features.online_table,
                "region": platform.region,
            },
            offline_store={
                "type": "groundway.features.offline.AsOfOfflineStore",
                "region": platform.region,
            },
            entity_key_serialization_version=3,
        )

    def apply(self, definitions: Sequence[Any]) -> None:
        """Register entities and views, with their offline source in the platform's bucket. Makes no table."""
        with _reachable("the feature registry"):
            self.feast.apply([bound(d, self._uri(d.name)) for d in checked(definitions)])
        self._views.clear()

    def write_offline(self, view: str, frame: Any) -> None:
        """Replace the offline values of `view`: its join keys, features and `event_timestamp` (when they became known).

        A key may have one row at a time; two would leave it to chance which of them a join sees.
        """
        table = self._frame(view, frame)
        keys = [*self._keys(view), self._stamp(view)]
        if table.select(keys).is_duplicated().any():
            raise InvalidInput(f"view {view!r}: more than one row for the same {', '.join(keys)}")
        buffer = io.BytesIO()
        table.sort(keys[::-1]).write_parquet(buffer, compression="zstd")
        with _reachable(self._uri(view)):
            client("s3", self._region).put_object(
                Bucket=self._bucket.name, Key=self._key(view), Body=buffer.getvalue(), **self._object
            )

    def historical(self, entities: pd.DataFrame, features: Sequence[OnlineInput]) -> pd.DataFrame:
        """`entities` (join keys, `event_timestamp`, anything else) with a column per feature, named by its `name`:
        the last value known at or before the row's `event_timestamp`, null where there was none. Rows keep their order.
        """
        for view, names in _by_view(features).items():
            self._defined(view, names)
        refs = list(dict.fromkeys(f"{f.view}:{f.feature}" for f in features))
        with _reachable("the offline features"):
            out = self.feast.get_historical_features(entities, refs, full_feature_names=True).to_df()
        columns = {f.name: out[f"{f.view}__{f.feature}"] for f in features}
        return entities.reset_index(drop=True).assign(**columns)

    def materialize(self, start: datetime, end: datetime, views: Sequence[str] | None = None) -> None:
        """Bring the last offline value of each key known from `start` to `end` online, unless a newer one is there."""
        with _reachable("the online table"), redirect_stdout(io.StringIO()):  # Feast prints its own progress
            self.feast.materialize(start, end, feature_views=list(views) if views is not None else None)

    def push(self, view: str, frame: Any) -> None:
        """Write rows of `view` online, as they become known. A row older than what is online is left out."""
        table = self._frame(view, frame)
        start, keys, stamp = prefix(self.project, view), self._keys(view), self._stamp(view)
        kinds = {f.name: KINDS[f.dtype][1] for f in self._view(view).features}
        rows = (
            (start + entity_key({k: row[k] for k in keys}), {f: _value(row[f], kinds[f]) for f in kinds}, row[stamp])
            for row in table.iter_rows(named=True)
        )
        with _reachable("the online table"):
            self._table.write(rows)

    def online(self, features: Sequence[OnlineInput], rows: Any) -> dict[str, list[Any]]:
        """A column per feature, by its `name`, aligned with `rows` (a frame, columns by name, or a list of mappings).

        One batched read for everything, each distinct key once; None where the store has no value.
        """
        columns = rows
        if not hasattr(rows, "columns") and not isinstance(rows, Mapping):
            keys = {k for f in features for k in self._keys(f.view)}
            columns = {k: [row[k] for row in rows] for k in keys}
        ids: dict[str, list[str]] = {}
        for view, names in _by_view(features).items():
            self._defined(view, names)
            if missing := [k for k in self._keys(view) if k not in columns]:
                raise InvalidInput(f"view {view!r} needs {missing[0]!r}, which the rows do not have")
            start, keys_of = prefix(self.project, view), self._keys(view)
            values = zip(*(columns[k] for k in keys_of), strict=True)
            ids[view] = [start + entity_key(dict(zip(keys_of, v, strict=True))) for v in values]
        with _reachable("the online table"):
            items = self._table.read(i for column in ids.values() for i in column)
        stored = {i: item["values"]["M"] for i, item in items.items()}
        out = {}
        for f in features:
            found = {i: value_of(stored[i][f.feature]["B"]) for i in set(ids[f.view]) if f.feature in stored.get(i, ())}
            out[f.name] = [found.get(i) for i in ids[f.view]]
        return out

    def _frame(self, view: str, frame: Any) -> pl.DataFrame:
        """The view's columns of `frame`, in its types; refused if one is missing, of another type, or a key is null."""
        table: pl.DataFrame = frame if isinstance(frame, pl.DataFrame) else pl.from_pandas(frame)
        stamp = self._stamp(view)
        types = {f.name: KINDS[f.dtype][0] for f in [*self._view(view).entity_columns, *self._view(view).features]}
        types[stamp] = UTC_MICROSECONDS
        if missing := [c for c in types if c not in table.columns]:
            raise InvalidInput(f"view {view!r}: the frame has no column {missing[0]!r}; it needs {', '.join(types)}")
        given = table.schema[stamp]
        if not isinstance(given, pl.Datetime) or given.time_zone is None:
            raise InvalidInput(f"view {view!r}: {stamp!r} is {given}; it must be a time with a zone")
        try:
            table = table.select(pl.col(c).cast(t) for c, t in types.items())
        except pl.exceptions.InvalidOperationError as e:
            raise InvalidInput(f"view {view!r}: {e}") from None
        if empty := [c for c in [*self._keys(view), stamp] if table[c].null_count()]:
            raise InvalidInput(f"view {view!r}: {empty[0]!r} has missing values")
        return table

    def _view(self, view: str) -> Any:
        if view not in self._views:
            try:
                self._views[view] = self.feast.get_feature_view(view)
            except feast.errors.FeatureViewNotFoundException:
                known = ", ".join(v.name for v in self.feast.list_feature_views()) or "none; apply them first"
                raise InvalidInput(f"project {self.project!r} has no view {view!r}; views: {known}") from None
        return self._views[view]

    def _defined(self, view: str, features: Sequence[str]) -> None:
        known = [f.name for f in self._view(view).features]
        if unknown := [f for f in features if f not in known]:
            raise InvalidInput(f"view {view!r} has no feature {unknown[0]!r}; it has {', '.join(known)}")

    def _keys(self, view: str) -> list[str]:
        return [c.name for c in self._view(view).entity_columns]

    def _stamp(self, view: str) -> str:
        stamp: str = self._view(view).batch_source.timestamp_field
        return stamp

    def _key(self, view: str) -> str:
        return f"offline/{self.project}/{view}.parquet"

    def _uri(self, view: str) -> str:
        return f"s3://{self._bucket.name}/{self._key(view)}"


def _by_view(features: Sequence[OnlineInput]) -> dict[str, list[str]]:
    views: dict[str, list[str]] = {}
    for f in features:
        views.setdefault(f.view, []).append(f.feature)
    return views


def _value(value: Any, kind: str) -> Any:
    """A Feast value; one without content for what is missing, as a column of Parquet would have null."""
    return Value() if value is None or value != value else Value(**{kind: value})


@contextmanager
def _reachable(what: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError, feast.errors.S3RegistryBucketNotExist) as e:
        raise Unavailable(f"cannot use {what}: {e}") from None


__all__ = ["TIMESTAMP", "FeatureStore"]
