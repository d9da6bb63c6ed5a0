"""The workload `flights-delay`: will this flight arrive more than 15 minutes late, asked when it is due to depart?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from flights.data import NEW_YORK
from groundway import data, features
from groundway.contract import DerivedInput, ModelContract, OnlineInput, RequestField
from groundway.monitoring import Policy
from groundway.pipeline.workload import Tick
from groundway.platform import Platform
from groundway.tags import CostTags
from groundway.validation import Thresholds

if TYPE_CHECKING:
    import pandas as pd

    from groundway.features.feature_store import FeatureStore

NAME = "flights-delay"
DATASET = "flights"
FEATURE_PROJECT = "flights"
SCRIPT = Path(__file__).with_name("train.py")
REQUIREMENTS = Path(__file__).parents[2] / "requirements" / "groundway.txt"
LABEL = "late"
STAMP = "event_timestamp"
SLICES = ("carrier", "origin")
HYPERPARAMETERS = {"iterations": 150, "learning_rate": 0.06, "leaves": 15, "leaf_rows": 200}
SEED = 2013

# What the unseen months can be held to. A model trained on winter alone is judged on April: see the README.
THRESHOLDS = Thresholds(
    auc_min=0.68,
    log_loss_max=0.62,
    calibration_error_max=0.12,
    slice_auc_min=0.55,
    slice_support=500,
    auc_margin=0.0,
    log_loss_margin=0.0,
)

# Weather and punctuality differ from month to month, so a drifted input alone says little here: it is shown, but what
# counts is whether the score has moved, and whether it is still right.
POLICY = Policy(psi=None, score_psi=0.25, maximum_auc_drop=0.05, maximum_calibration_error=0.10)


def _online(view: str, *names: str) -> tuple[OnlineInput, ...]:
    return tuple(OnlineInput(name=f"{view.removesuffix('_history')}_{n}", view=view, feature=n) for n in names)


ONLINE = (
    *_online("weather", "temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib"),
    *_online("departures", "departed", "share_late", "mean_delay"),
    *_online("carrier_history", "late_1d", "late_7d"),
    *_online("origin_history", "late_1d", "late_7d"),
    *_online("dest_history", "late_1d", "late_7d"),
)

# The month is not an input: a model that has seen three of them would learn their weather by heart.
CONTRACT = ModelContract(
    request=(
        RequestField(name="carrier", dtype="string"),
        RequestField(name="origin", dtype="string"),
        RequestField(name="dest", dtype="string"),
        RequestField(name="sched_dep", dtype="timestamp"),
        RequestField(name="distance", dtype="int64", minimum=1, maximum=12_000),
    ),
    derived=(
        DerivedInput(name="minute_of_day", source="sched_dep", part="minute_of_day", timezone=NEW_YORK),
        DerivedInput(name="weekday", source="sched_dep", part="weekday", timezone=NEW_YORK),
    ),
    online=ONLINE,
    feature_project=FEATURE_PROJECT,
    inputs=("carrier", "origin", "dest", "distance", "minute_of_day", "weekday", *(o.name for o in ONLINE)),
    categorical=("carrier", "origin", "dest"),
)


def tags(platform: Platform) -> CostTags:
    """Who pays for this model."""
    return CostTags(
        team="network-operations",
        project="punctuality",
        model=NAME,
        environment=platform.environment,
        cost_center="cc-4200",
        owner="network-operations",
    )


def land(platform: Platform, progress: Callable[[str], None] = lambda _: None) -> data.DatasetVersion:
    """Land the source tables in the platform's data bucket."""
    from flights.data import source_tables

    return data.land(platform, DATASET, source_tables(), tags(platform), progress)


def tables(platform: Platform, version: str) -> dict[str, pl.DataFrame]:
    """What training and replay need of a dataset version: `flights` and `weather`."""
    landed = data.read(platform, DATASET, version)
    frames: dict[str, pl.DataFrame] = {}
    for name in ("flights", "weather"):
        frame = pl.from_arrow(landed[name])
        assert isinstance(frame, pl.DataFrame)
        frames[name] = frame
    return frames


def definitions() -> Sequence[Any]:
    """Feast entities and views; Feast is slow to import, hence here."""
    from flights import features as views

    return views.definitions()


def feature_store(platform: Platform) -> FeatureStore:
    """The store of this workload, its views defined."""
    store = features.store(platform, FEATURE_PROJECT, tags(platform))
    store.apply(definitions())
    return store


def write_features(store: FeatureStore, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Compute every value of every view, store them offline, and return them by view."""
    from flights.features import offline_values

    values = offline_values(tables["flights"], tables["weather"])
    for view, rows in values.items():
        store.write_offline(view, rows)
    return values


def requests(flights: pl.DataFrame, start: datetime, end: datetime) -> pd.DataFrame:
    """The flown flights due in [start, end), in order of departure, as they would be asked about.

    Columns: the request's fields (`sched_dep` a UTC time), `event_timestamp` (the same moment) and `late`.
    """
    due = pl.col("sched_dep").is_between(start, end, closed="left")
    flown = flights.filter(due, pl.col(LABEL).is_not_null()).sort("sched_dep")
    fields = [f.name for f in CONTRACT.request]
    return flown.select(*fields, pl.col("sched_dep").alias(STAMP), LABEL).to_pandas()


def frame(store: FeatureStore, tables: Mapping[str, pl.DataFrame], start: datetime, end: datetime) -> pd.DataFrame:
    """`requests` with a column for every online input: its value as known at the scheduled departure."""
    return store.historical(requests(tables["flights"], start, end), CONTRACT.online)


def ticks(
    values: Mapping[str, pl.DataFrame], tables: Mapping[str, pl.DataFrame], start: datetime, end: datetime
) -> Iterator[Tick]:
    """The traffic of a window as it would have come; see `flights.traffic`."""
    from flights import traffic

    return traffic.ticks(values, tables["flights"], CONTRACT, LABEL, start, end)
