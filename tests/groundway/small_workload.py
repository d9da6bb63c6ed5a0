"""A small workload: will an order be returned? Made up, so that it is known when the world changes.

Orders come at seven moments of each month. What a shop's `rate` says of them turns into its opposite in CHANGE, and
stays so: a model of the months before is wrong from then on, and one trained on CHANGE is right again. Features become
known an hour before the orders that they matter to.
"""

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from groundway import data, features
from groundway.contract import ModelContract, OnlineInput, RequestField
from groundway.monitoring import Policy
from groundway.pipeline.workload import Tick
from groundway.platform import Platform
from groundway.tags import CostTags
from groundway.validation import Thresholds

MONTHS = range(1, 7)  # of 2013
CHANGE = 4
DAYS = (2, 6, 10, 14, 18, 22, 26)
ROWS = 100  # a moment
SHOPS = tuple(f"shop-{i:02}" for i in range(20))
STAMP, LABEL, VIEW = "event_timestamp", "returned", "shops"
CONTRACT = ModelContract(
    request=(
        RequestField(name="shop", dtype="string"),
        RequestField(name="kind", dtype="string"),
        RequestField(name="amount", dtype="float64", minimum=0),
    ),
    online=tuple(OnlineInput(name=f"shop_{n}", view=VIEW, feature=n) for n in ("rate", "load")),
    feature_project="small",
    inputs=("kind", "amount", "shop_rate", "shop_load"),
    categorical=("kind",),
)


LIMITS = Thresholds(auc_min=0.75, log_loss_max=0.65, calibration_error_max=0.2, slice_auc_min=0.6, slice_support=100)
RETRAIN = Policy(psi=None, score_psi=None, maximum_auc_drop=0.1)


@dataclass(frozen=True)
class SmallWorkload:
    """Satisfies `groundway.pipeline.Workload`. `SCRIPT` and `REQUIREMENTS` lie in a checkout of the test's own."""

    NAME: str
    SCRIPT: Path
    REQUIREMENTS: Path
    DATASET: str = "orders"
    LABEL: str = LABEL
    SLICES: tuple[str, ...] = ("kind",)
    HYPERPARAMETERS: Mapping[str, Any] = field(default_factory=lambda: {"iterations": 40})
    SEED: int = 7
    CONTRACT: ModelContract = CONTRACT
    THRESHOLDS: Thresholds = LIMITS
    POLICY: Policy = RETRAIN
    age: timedelta = timedelta(0)  # of the view's values; what feature definitions can differ in

    def tags(self, platform: Platform) -> CostTags:
        return CostTags(
            team="shops",
            project="returns",
            model=self.NAME,
            environment=platform.environment,
            cost_center="cc-7",
            owner="shops",
        )

    def land(self, platform: Platform, report: Any = lambda _: None) -> data.DatasetVersion:
        return data.land(platform, self.DATASET, {n: t.to_arrow() for n, t in source().items()}, self.tags(platform))

    def tables(self, platform: Platform, version: str) -> dict[str, pl.DataFrame]:
        return {name: pl.DataFrame(table) for name, table in data.read(platform, self.DATASET, version).items()}

    def definitions(self) -> list[Any]:
        from feast import Entity, FeatureView, Field, FileSource, ValueType
        from feast.types import Float64

        shop = Entity(name="shop", join_keys=["shop"], value_type=ValueType.STRING)
        source = FileSource(name="any", path="any.parquet", timestamp_field=STAMP)
        schema = [Field(name=n, dtype=Float64) for n in ("rate", "load")]
        return [shop, FeatureView(name=VIEW, entities=[shop], schema=schema, source=source, ttl=self.age)]

    def feature_store(self, platform: Platform) -> Any:
        store = features.store(platform, "small", self.tags(platform))
        store.apply(self.definitions())
        return store

    def write_features(self, store: Any, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        store.write_offline(VIEW, tables["shops"])
        return {VIEW: tables["shops"]}

    def frame(self, store: Any, tables: Mapping[str, pl.DataFrame], start: datetime, end: datetime) -> Any:
        orders = tables["orders"].filter(pl.col(STAMP).is_between(start, end, closed="left")).drop("id")
        return store.historical(orders.to_pandas(), CONTRACT.online)

    def ticks(
        self, values: Mapping[str, pl.DataFrame], tables: Mapping[str, pl.DataFrame], start: datetime, end: datetime
    ) -> Iterator[Tick]:
        orders = tables["orders"].filter(pl.col(STAMP).is_between(start, end, closed="left"))
        for (moment,), rows in orders.group_by(STAMP, maintain_order=True):
            known = values[VIEW].filter(pl.col(STAMP) == moment - timedelta(hours=1))
            asked = rows.rename({"id": "request_id", STAMP: "event_time", LABEL: "label"})
            yield Tick(moment, {VIEW: known}, asked.with_columns(pl.col("label").cast(pl.Int8)))


def source() -> dict[str, pl.DataFrame]:
    """`shops`: what each shop's features were, and when they became known. `orders`: what was asked, and its label."""
    rng = np.random.default_rng(2013)
    shops, orders = [], []
    for moment in (datetime(2013, m, d, 12, tzinfo=UTC) for m in MONTHS for d in DAYS):
        rates, loads = rng.uniform(size=(2, len(SHOPS)))
        known = {"shop": SHOPS, "rate": rates, "load": loads}
        shops.append(pl.DataFrame(known).with_columns(_at(moment - timedelta(hours=1))))
        which, amount = rng.integers(len(SHOPS), size=ROWS), rng.uniform(0, 100, ROWS)
        sign = 1 if moment.month < CHANGE else -1
        chance = 1 / (1 + np.exp(-(sign * 5 * (2 * rates[which] - 1) + (amount - 50) / 30)))
        rows = {
            "id": [f"{moment:%m%d}-{i}" for i in range(ROWS)],
            "shop": [SHOPS[i] for i in which],
            "kind": rng.choice(["store", "web"], ROWS).tolist(),
            "amount": amount,
            LABEL: rng.uniform(size=ROWS) < chance,
        }
        orders.append(pl.DataFrame(rows).with_columns(_at(moment)))
    return {"shops": pl.concat(shops), "orders": pl.concat(orders)}


def _at(moment: datetime) -> pl.Expr:
    return pl.lit(moment).cast(pl.Datetime("us", "UTC")).alias(STAMP)


def committed(directory: Path, name: str, **changes: Any) -> SmallWorkload:
    """The workload as model `name`, its script and requirements committed in a git checkout of their own."""
    directory.mkdir(parents=True, exist_ok=True)
    script = directory / "train.py"
    script.write_text(Path(__file__).with_name("small_training.py").read_text())
    (directory / "requirements.txt").write_text("scikit-learn\n")
    git(directory, "init", "--quiet")
    commit(directory)
    return SmallWorkload(name, script, directory / "requirements.txt", **changes)


def commit(directory: Path) -> None:
    git(directory, "add", "--all")
    git(directory, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "--message", "as it is")


def git(directory: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(directory), *arguments], check=True)
