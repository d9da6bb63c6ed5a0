"""The offline half: Feast's file store with point-in-time joins as Polars as-of joins.

Feast's own file store joins every entity row with every earlier value of its key and drops all but the last; for hourly
values over a season that is billions of rows. An as-of join looks up the last one. It also keeps rows that look alike
(two flights of one carrier at one minute), which Feast's drops.

Parquet is read and written with boto3, so that the ordinary AWS settings say where S3 is, as everywhere else.
"""

# ruff: noqa: ARG002, ARG004 -- Feast prescribes the signatures
from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlparse

import polars as pl
import pyarrow as pa
from feast.infra.offline_stores.dask import DaskOfflineStore, DaskOfflineStoreConfig, DaskRetrievalJob
from feast.infra.offline_stores.file_source import FileSource
from feast.infra.offline_stores.offline_store import RetrievalMetadata
from feast.on_demand_feature_view import OnDemandFeatureView
from feast.utils import _get_requested_feature_views_to_features_dict

from groundway.errors import InvalidInput
from groundway.platform import client

TIMESTAMP = "event_timestamp"
UTC_MICROSECONDS = pl.Datetime("us", "UTC")


class AsOfOfflineStoreConfig(DaskOfflineStoreConfig):  # type: ignore[misc]  # Feast has no types
    type: Literal["groundway.features.offline.AsOfOfflineStore"] = "groundway.features.offline.AsOfOfflineStore"
    region: str


class _Job(DaskRetrievalJob):  # type: ignore[misc]  # Feast has no types
    """A retrieval that is computed when it is asked for; `evaluation_function` returns a Polars frame."""

    def _to_arrow_internal(self, timeout: int | None = None) -> pa.Table:
        return self.evaluation_function().to_arrow()

    def _to_df_internal(self, timeout: int | None = None) -> Any:
        return self.evaluation_function().to_pandas()


class AsOfOfflineStore(DaskOfflineStore):  # type: ignore[misc]  # Feast has no types
    """Feast calls these by their names and in this signature; see `feast.infra.offline_stores.offline_store`."""

    @staticmethod
    def get_historical_features(
        config: Any,
        feature_views: list[Any],
        feature_refs: list[str],
        entity_df: Any,
        registry: Any,
        project: str,
        full_feature_names: bool = False,
        **_: Any,
    ) -> Any:
        """`entity_df`: a pandas frame with the join keys and `event_timestamp`; its rows keep their order."""
        if TIMESTAMP not in getattr(entity_df, "columns", ()):
            raise InvalidInput(f"historical features need a frame of entities with a column {TIMESTAMP!r}")
        views, _on_demand = _get_requested_feature_views_to_features_dict(feature_refs, feature_views, [])

        def evaluate() -> pl.DataFrame:
            out = pl.from_pandas(entity_df).with_columns(pl.col(TIMESTAMP).cast(UTC_MICROSECONDS))
            for view, features in views.items():
                prefix = f"{view.projection.name_to_use()}__" if full_feature_names else ""
                out = as_of(out, _source(view.batch_source, config.offline_store.region), view, features, prefix)
            return out

        times = entity_df[TIMESTAMP]
        return _Job(
            evaluation_function=evaluate,
            full_feature_names=full_feature_names,
            repo_path=str(config.repo_path),
            on_demand_feature_views=OnDemandFeatureView.get_requested_odfvs(feature_refs, project, registry),
            metadata=RetrievalMetadata(
                features=feature_refs,
                keys=[c for c in entity_df.columns if c != TIMESTAMP],
                min_event_timestamp=times.min(),
                max_event_timestamp=times.max(),
            ),
        )

    @staticmethod
    def pull_all_from_table_or_query(
        config: Any,
        data_source: Any,
        join_key_columns: list[str],
        feature_name_columns: list[str],
        timestamp_field: str,
        created_timestamp_column: str | None = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
    ) -> Any:
        """Every row of a source from `start_date` to `end_date`, both included."""

        def evaluate() -> pl.DataFrame:
            extra = [created_timestamp_column] if created_timestamp_column else []
            rows = _source(data_source, config.offline_store.region).select(
                *join_key_columns, *feature_name_columns, timestamp_field, *extra
            )
            if start_date is not None:
                rows = rows.filter(pl.col(timestamp_field) >= start_date)
            if end_date is not None:
                rows = rows.filter(pl.col(timestamp_field) <= end_date)
            return rows.sort(timestamp_field)

        return _Job(evaluation_function=evaluate, full_feature_names=False, repo_path=str(config.repo_path))

    @staticmethod
    def pull_latest_from_table_or_query(
        config: Any,
        data_source: Any,
        join_key_columns: list[str],
        feature_name_columns: list[str],
        timestamp_field: str,
        created_timestamp_column: str | None = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
    ) -> Any:
        """The last row of each key from `start_date` to `end_date`, both included."""
        everything = AsOfOfflineStore.pull_all_from_table_or_query(
            config,
            data_source,
            join_key_columns,
            feature_name_columns,
            timestamp_field,
            created_timestamp_column,
            start_date,
            end_date,
        )

        def evaluate() -> pl.DataFrame:
            rows: pl.DataFrame = everything.evaluation_function()
            return rows.unique(subset=join_key_columns, keep="last", maintain_order=True)

        return _Job(evaluation_function=evaluate, full_feature_names=False, repo_path=str(config.repo_path))

    @staticmethod
    def offline_write_batch(
        config: Any, feature_view: Any, table: pa.Table, progress: Callable[[int], Any] | None
    ) -> None:
        """Not by this way: Feast would append without the platform's key and the cost tags."""
        raise InvalidInput("write offline values with groundway.features: store.write_offline(view, frame)")


def as_of(entities: pl.DataFrame, values: pl.DataFrame, view: Any, features: list[str], prefix: str) -> pl.DataFrame:
    """`entities` with each feature's last value at or before `event_timestamp`, unless older than the view's ttl."""
    stamp = view.batch_source.timestamp_field
    keys = [c.name for c in view.entity_columns]
    named = [view.projection.join_key_map.get(k, k) for k in keys]
    right = values.select(
        *(pl.col(k).alias(f"__key_{k}") for k in keys),
        pl.col(stamp).alias("__known_at"),
        *(pl.col(f).alias(prefix + f) for f in features),
    ).sort("__known_at")
    joined = (
        entities.with_row_index("__row")
        .sort(TIMESTAMP)
        .join_asof(
            right,
            left_on=TIMESTAMP,
            right_on="__known_at",
            by_left=named or None,
            by_right=[f"__key_{k}" for k in keys] or None,
            strategy="backward",
            check_sortedness=False,
        )
    )
    if view.ttl:
        fresh = pl.col("__known_at") >= pl.col(TIMESTAMP) - view.ttl
        joined = joined.with_columns(pl.when(fresh).then(pl.col(prefix + f)).alias(prefix + f) for f in features)
    return joined.sort("__row").select(*entities.columns, *(prefix + f for f in features))


def _source(source: Any, region: str) -> pl.DataFrame:
    """The rows of a file source in S3, times in UTC."""
    from botocore.exceptions import ClientError

    if not isinstance(source, FileSource) or not source.path.startswith("s3://"):
        raise InvalidInput(
            f"feature source {source.name!r} is not Parquet in S3; apply it with groundway.features first"
        )
    where = urlparse(source.path)
    try:
        body = client("s3", region).get_object(Bucket=where.netloc, Key=where.path.lstrip("/"))["Body"].read()
    except ClientError as e:
        if e.response["Error"]["Code"] == "NoSuchKey":
            raise InvalidInput(f"{source.path} does not exist; write it with store.write_offline first") from None
        raise
    stamps = [source.timestamp_field, *filter(None, [source.created_timestamp_column])]
    return pl.read_parquet(io.BytesIO(body)).with_columns(pl.col(stamps).cast(UTC_MICROSECONDS))
