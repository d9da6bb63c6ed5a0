"""Small models, made in a second, as a training script would leave them."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from groundway.contract import ModelContract, OnlineInput, RequestField
from groundway.lineage import Code, Lineage, Window
from groundway.tags import CostTags
from groundway.validation import Thresholds, Verdict, validate

TAGS = CostTags(
    team="ml", project="tests", model="small", environment="dev", cost_center="cc-1", owner="tests", run="run-1"
)
CARRIER, DISTANCE = (
    RequestField(name="carrier", dtype="string"),
    RequestField(name="distance", dtype="float64", minimum=0),
)
PLAIN = ModelContract(request=(CARRIER, DISTANCE), inputs=("carrier", "distance"), categorical=("carrier",))
ONLINE = ModelContract(
    request=(CARRIER, DISTANCE),
    online=(OnlineInput(name="late_share", view="carriers", feature="late_share"),),
    inputs=("carrier", "distance", "late_share"),
    categorical=("carrier",),
)


def inputs(contract: ModelContract, rows: int = 2000, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"carrier": rng.choice(["AA", "B6", "UA"], rows), "distance": rng.uniform(0, 1000, rows)})
    if contract.online:
        frame["late_share"] = rng.uniform(0, 1, rows)
    return frame[list(contract.inputs)]


def make_model(directory: Path, contract: ModelContract = PLAIN, seed: int = 0) -> Path:
    """A model directory: late if far, and with `late_share` where the contract has it."""
    directory.mkdir(parents=True, exist_ok=True)
    frame = inputs(contract, seed=seed)
    chance = frame.distance / 1000 if not contract.online else frame.late_share
    labels = np.random.default_rng(seed + 1).uniform(size=len(frame)) < chance
    encode = make_column_transformer(
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["carrier"]), remainder="passthrough"
    )
    model = make_pipeline(encode, HistGradientBoostingClassifier(max_iter=10, random_state=seed)).fit(frame, labels)
    skops.io.dump(model, directory / "model.skops")
    (directory / "contract.json").write_text(contract.model_dump_json())
    scores = model.predict_proba(frame)[:, 1]
    frame.assign(score=scores, label=labels.astype(int)).to_parquet(directory / "reference.parquet")
    return directory


def lineage(run: str = "run-1", seed: int = 0) -> Lineage:
    return Lineage(
        code=Code(revision="0" * 40, dirty=False),
        dataset="flights",
        dataset_version="abc",
        features="none",
        windows={"train": Window(start=datetime(2013, 1, 1, tzinfo=UTC), end=datetime(2013, 2, 1, tzinfo=UTC))},
        parameters={"max_iter": 10},
        seed=seed,
        requirements="1" * 64,
        python="3.11.7",
        script="2" * 64,
        tags=TAGS.using(run=run),
        run=run,
    )


def verdict(passed: bool = True) -> Verdict:
    limits = Thresholds(
        auc_min=0.5 if passed else 1.0,
        log_loss_max=9,
        calibration_error_max=1,
        slice_auc_min=0,
        slice_support=1,
    )
    return validate([0, 1, 0, 1], [0.1, 0.9, 0.8, 0.7], limits)
