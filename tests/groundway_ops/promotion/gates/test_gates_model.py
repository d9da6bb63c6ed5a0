"""Models on the target's own data: what was landed there decides, on months that the model was not trained on.

In April the world of the small workload turns into its opposite, and stays so until its last month, June.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
import skops.io
from promotion_request import Ask, release
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder
from small_model import TAGS, lineage
from small_place import installed
from small_workload import CONTRACT, LABEL, STAMP, SmallWorkload, committed, source
from two_platforms import deploy

from groundway import signing
from groundway.lineage import Window
from groundway.pipeline.span import Span
from groundway.platform import Platform
from groundway.registry import manifest
from groundway.release import ModelPin, artifacts
from groundway_ops.accounts import Account
from groundway_ops.promotion.gates import Result
from groundway_ops.promotion.gates.model import model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
KEY = signing.generate("models")
NAME = "small-gated"


def trained(directory: Path, months: str, inputs: tuple[str, ...] = CONTRACT.inputs) -> Path:
    """A model of these months, as a training would have left it."""
    span, tables = Span.parse(months), source()
    known = tables["shops"].with_columns(pl.col(STAMP) + timedelta(hours=1))
    known = known.rename({"rate": "shop_rate", "load": "shop_load"})
    orders = tables["orders"].filter(pl.col(STAMP).is_between(*span.window, closed="left"))
    rows = orders.join(known, on=["shop", STAMP]).to_pandas()
    encode = make_column_transformer((OrdinalEncoder(), ["kind"]), remainder="passthrough")
    estimator = make_pipeline(encode, HistGradientBoostingClassifier(max_iter=40, random_state=0))
    directory.mkdir(parents=True)
    skops.io.dump(estimator.fit(rows[list(inputs)], rows[LABEL]), directory / "model.skops")
    contract = CONTRACT.model_copy(
        update={"inputs": inputs, "online": tuple(o for o in CONTRACT.online if o.name in inputs)}
    )
    (directory / "contract.json").write_text(contract.model_dump_json())
    window = {"training": Window(start=span.start, end=span.end)}
    (directory / "lineage.json").write_text(lineage().model_copy(update={"windows": window}).model_dump_json())
    return directory


class Two:
    """Dev and staging, each with a platform; models are published in either."""

    def __init__(self, aws: dict[str, Account], workload: SmallWorkload, directory: Path) -> None:
        self.aws, self.workload, self.directory = aws, workload, directory
        self.platforms: dict[str, Platform] = {name: deploy(account) for name, account in aws.items()}

    def publish(self, where: str, version: int, made: Path) -> ModelPin:
        digest = f"sha256:{manifest.write(made)}"
        with self.aws[where].entered():
            artifacts.publish(self.platforms[where], NAME, digest, made, signing.sign(made, KEY), TAGS)
        return ModelPin(version=version, digest=digest, signer=signing.public_of(KEY), dataset="d@1", features="f")

    def land(self, where: str) -> None:
        with self.aws[where].entered():
            self.workload.land(self.platforms[where])


@pytest.fixture
def two(aws: dict[str, Account], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Two:
    workload = committed(tmp_path / "code", NAME)
    installed(tmp_path / "site", monkeypatch, workload)
    return Two(aws, workload, tmp_path / "made")


@pytest.fixture
def judged(two: Two, ask: Ask) -> Callable[..., Result]:
    def one(pin: ModelPin, serving: ModelPin | None = None) -> Result:
        current = release("staging", models={NAME: serving}) if serving else None
        accounts = {"in_source": two.aws["dev"], "in_target": two.aws["staging"]}
        return model(ask(candidate=release("staging", models={NAME: pin}), current=current, **accounts))

    return one


def test_the_newest_months_of_the_targets_own_data_decide(two: Two, judged: Callable[..., Result]) -> None:
    fresh = two.publish("dev", 2, trained(two.directory / "fresh", "2013-04..2013-05"))
    two.land("dev")
    without = judged(fresh)
    assert without.reason == (
        f"{NAME}: staging has no data of orders to judge by: groundway pipeline land {NAME} --environment staging"
    )
    two.land("staging")
    result = judged(fresh)
    assert result.passed, result.reason
    (told,) = result.evidence["models"].values()
    assert (told["span"], told["against"], told["verdict"]["metrics"]["rows"]) == ("2013-06", None, 700)
    assert "passes" in told["reason"]
    assert any(check["name"].startswith("ROC AUC of kind=") for check in told["verdict"]["checks"])

    old = two.publish("dev", 1, trained(two.directory / "old", "2013-01..2013-02"))
    refused = judged(old)
    assert not refused.passed
    assert refused.reason.startswith(f"{NAME}: version 1 on 2013-06: FAIL: ROC AUC is")

    seen = two.publish("dev", 3, trained(two.directory / "seen", "2013-04..2013-06"))
    assert "fewer than 100 labelled rows from 2013-07-01 on, where the training ended" in judged(seen).reason


def test_what_serves_there_now_is_asked_the_same_rows(two: Two, judged: Callable[..., Result]) -> None:
    two.land("staging")
    strong = trained(two.directory / "strong", "2013-04..2013-05")
    weak = trained(two.directory / "weak", "2013-04..2013-05", ("kind", "shop_rate", "shop_load"))
    replaced = judged(two.publish("dev", 2, strong), two.publish("staging", 1, weak))
    assert replaced.passed, replaced.reason
    told = replaced.evidence["models"][NAME]
    assert told["against"] == 1
    assert told["verdict"]["champion"]["rows"] == told["verdict"]["metrics"]["rows"]

    worse = judged(two.publish("dev", 3, weak), two.publish("staging", 2, strong))
    assert not worse.passed
    assert "ROC AUC against the champion is" in worse.reason


def test_what_the_target_pins_already_need_not_prove_itself(two: Two, judged: Callable[..., Result]) -> None:
    pin = ModelPin(version=1, digest="sha256:" + 64 * "a", signer="k", dataset="d@1", features="f")
    result = judged(pin, pin)  # neither is fetched, and no data was landed
    assert result.passed
    assert result.reason == f"{NAME}: version 1 is what staging pins already"


def test_a_model_that_cannot_be_judged_does_not_pass(two: Two, judged: Callable[..., Result]) -> None:
    two.land("staging")
    unpublished = ModelPin(version=1, digest="sha256:" + 64 * "a", signer="k", dataset="d@1", features="f")
    assert "was not released there" in judged(unpublished).reason
    made = trained(two.directory / "nowhen", "2013-04")
    (made / "lineage.json").write_text("{}")
    unknown = judged(two.publish("dev", 1, made))
    assert not unknown.passed
    assert "lineage.json does not say which span it was trained on" in unknown.reason
