"""The first half of training: the dataset landed, its features computed and stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundway import data, features
from groundway.data import DatasetVersion
from groundway.pipeline.workload import Workload
from groundway.platform import Platform

if TYPE_CHECKING:
    import polars as pl

    from groundway.features.feature_store import FeatureStore

Report = Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """A dataset version with its features: `values` by view; `features` is the digest of the definitions."""

    dataset: DatasetVersion
    tables: Mapping[str, pl.DataFrame]
    store: FeatureStore
    values: Mapping[str, pl.DataFrame]
    features: str


def prepare(workload: Workload, platform: Platform, report: Report, version: str | None = None) -> Prepared:
    """Land the source, or take the dataset `version` that was landed before; compute and store its features.

    Repeating it changes nothing: data is content-addressed, and the features follow from it.
    """
    landed = data.describe(platform, workload.DATASET, version) if version else None
    dataset = landed or workload.land(platform, report)
    tables = workload.tables(platform, dataset.version)
    store = workload.feature_store(platform)
    values = workload.write_features(store, tables)
    report(f"features: {', '.join(f'{view} {len(rows):,}' for view, rows in values.items())} rows")
    return Prepared(dataset, tables, store, values, features.digest(workload.definitions()))
