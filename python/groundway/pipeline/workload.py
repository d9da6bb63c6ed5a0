"""What a user writes to take a model through the life cycle: a module with these names, found by the model's name.

Register it as an entry point of the group `groundway.workloads`: `flights-delay = "flights.workload"`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from groundway.contract import ModelContract
from groundway.data import DatasetVersion
from groundway.errors import InvalidInput
from groundway.platform import Platform
from groundway.tags import CostTags
from groundway.validation import Thresholds

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from groundway.features.feature_store import FeatureStore
    from groundway.monitoring import Policy

GROUP = "groundway.workloads"


@dataclass(frozen=True)
class Tick:
    """One moment of traffic: what became known by then (view -> rows), and what is asked next, with its labels.

    `requests` has the contract's request fields as they go over the wire, plus `request_id`, `event_time`, `label`.
    """

    moment: datetime
    known: Mapping[str, pl.DataFrame]
    requests: pl.DataFrame


class Workload(Protocol):
    """The names that the module must have. Frames of rows have `event_timestamp` and the label in column `LABEL`."""

    NAME: str
    DATASET: str
    LABEL: str
    SLICES: tuple[str, ...]
    SCRIPT: Path
    REQUIREMENTS: Path
    HYPERPARAMETERS: Mapping[str, Any]
    SEED: int
    CONTRACT: ModelContract
    THRESHOLDS: Thresholds
    POLICY: Policy

    @property
    def tags(self) -> Callable[[Platform], CostTags]:
        """Who pays for the model."""

    @property
    def land(self) -> Callable[[Platform, Callable[[str], None]], DatasetVersion]:
        """Bring the source into the data bucket."""

    @property
    def tables(self) -> Callable[[Platform, str], Mapping[str, pl.DataFrame]]:
        """The tables of a dataset version."""

    @property
    def definitions(self) -> Callable[[], Sequence[Any]]:
        """Feast entities and views."""

    @property
    def feature_store(self) -> Callable[[Platform], FeatureStore]:
        """The store with the definitions applied."""

    @property
    def write_features(self) -> Callable[[FeatureStore, Mapping[str, pl.DataFrame]], Mapping[str, pl.DataFrame]]:
        """Compute the values of every view from the tables and store them offline."""

    @property
    def frame(self) -> Callable[[FeatureStore, Mapping[str, pl.DataFrame], datetime, datetime], pd.DataFrame]:
        """Labelled rows of a window, with every online input as it was known at the time."""

    @property
    def ticks(
        self,
    ) -> Callable[[Mapping[str, pl.DataFrame], Mapping[str, pl.DataFrame], datetime, datetime], Iterator[Tick]]:
        """The traffic of a window in order of time, from the values of the views and the tables."""


def find(name: str) -> Workload:
    """The workload of the model `name`. Raises `InvalidInput` naming those there are."""
    known = {e.name: e for e in entry_points(group=GROUP)}
    if name not in known:
        near = get_close_matches(name, known, 1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise InvalidInput(
            f"no workload {name!r}; {meant}known: {', '.join(sorted(known)) or 'none'} (entry points of {GROUP})"
        )
    return cast(Workload, known[name].load())
