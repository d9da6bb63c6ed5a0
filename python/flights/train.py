"""Train the delay model: a plain script under the SageMaker file contract.

Channels: `training` and `validation` (rows.parquet: request fields, online inputs, `late`), `contract` (contract.json).
Writes into SM_MODEL_DIR:

    model.skops          a scikit-learn pipeline; its input is what `groundway.contract.assemble` makes
    contract.json        the contract that it was trained under
    metrics.json         of the training and of the validation rows
    reference.parquet    inputs, score and label of a sample of the validation rows, for drift monitoring
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import TargetEncoder

from groundway.contract import ModelContract, assemble
from groundway.validation import measure

LABEL = "late"
REFERENCE_ROWS = 20_000


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the delay model.")
    parser.add_argument("--iterations", type=int, default=150)
    parser.add_argument("--learning_rate", type=float, default=0.06)
    parser.add_argument("--leaves", type=int, default=15)
    parser.add_argument("--leaf_rows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def channel(name: str) -> Path:
    return Path(os.environ[f"SM_CHANNEL_{name.upper()}"])


def inputs(contract: ModelContract, rows: pd.DataFrame) -> pd.DataFrame:
    return assemble(contract, rows[[f.name for f in contract.request]], {o.name: rows[o.name] for o in contract.online})


def pipeline(contract: ModelContract, args: argparse.Namespace) -> Pipeline:
    """Gradient-boosted trees on numbers. Names become their (cross-fitted) rate of late flights; unknown ones the mean.

    Every type in it is scikit-learn's, so that the model can be loaded without trusting any other.
    """
    folds = StratifiedKFold(5, shuffle=True, random_state=args.seed)
    encoded = make_column_transformer(
        (TargetEncoder(target_type="binary", cv=folds), list(contract.categorical)),
        remainder="passthrough",
        verbose_feature_names_out=False,
    )
    trees = HistGradientBoostingClassifier(
        max_iter=args.iterations,
        learning_rate=args.learning_rate,
        max_leaf_nodes=args.leaves,
        min_samples_leaf=args.leaf_rows,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=args.seed,
    )
    return make_pipeline(encoded, trees)


def main() -> None:
    args, out = arguments(), Path(os.environ["SM_MODEL_DIR"])
    contract = ModelContract.model_validate_json((channel("contract") / "contract.json").read_text())
    rows = {name: pd.read_parquet(channel(name) / "rows.parquet") for name in ("training", "validation")}
    x = {name: inputs(contract, r) for name, r in rows.items()}
    y = {name: r[LABEL].to_numpy(dtype=bool) for name, r in rows.items()}
    say(f"training on {len(y['training']):,} rows, {len(contract.inputs)} inputs")
    model = pipeline(contract, args).fit(x["training"], y["training"])
    scores = {name: model.predict_proba(x[name])[:, 1] for name in rows}
    metrics = {name: measure(y[name], scores[name]).model_dump() for name in rows}
    for name, m in metrics.items():
        say(f"{name}: ROC AUC {m['auc']:.4f}, log loss {m['log_loss']:.4f}, calibration {m['calibration_error']:.4f}")
    skops.io.dump(model, out / "model.skops")
    (out / "contract.json").write_text(contract.model_dump_json(indent=1))
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1))
    sample(x["validation"], scores["validation"], y["validation"], args.seed).to_parquet(
        out / "reference.parquet", index=False
    )
    say(f"wrote {', '.join(sorted(p.name for p in out.iterdir()))}")


def sample(x: pd.DataFrame, scores: Any, labels: Any, seed: int) -> pd.DataFrame:
    """At most REFERENCE_ROWS rows of inputs with their `score` and `label`, in order."""
    count = min(len(x), REFERENCE_ROWS)
    chosen = np.sort(np.random.default_rng(seed).choice(len(x), count, replace=False))
    return x.assign(score=scores, label=labels.astype(float)).iloc[chosen]


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 -- the log of a training job is what it prints


if __name__ == "__main__":
    main()
