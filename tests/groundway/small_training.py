"""The training script of the small workload: run as a process, as a user's script would be."""

import argparse
import os
from pathlib import Path

import pandas as pd
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from groundway.contract import ModelContract, assemble

parser = argparse.ArgumentParser()
parser.add_argument("--iterations", type=int)
parser.add_argument("--seed", type=int)
args = parser.parse_args()
channel = {name: Path(os.environ[f"SM_CHANNEL_{name.upper()}"]) for name in ("training", "validation", "contract")}
out = Path(os.environ["SM_MODEL_DIR"])
contract = ModelContract.model_validate_json((channel["contract"] / "contract.json").read_text())
rows = {name: pd.read_parquet(channel[name] / "rows.parquet") for name in ("training", "validation")}
request, online = [f.name for f in contract.request], [o.name for o in contract.online]
x = {name: assemble(contract, r[request], {o: r[o] for o in online}) for name, r in rows.items()}
encode = make_column_transformer((OrdinalEncoder(), list(contract.categorical)), remainder="passthrough")
trees = HistGradientBoostingClassifier(
    max_iter=args.iterations, max_leaf_nodes=6, min_samples_leaf=30, random_state=args.seed
)
model = make_pipeline(encode, trees).fit(x["training"], rows["training"]["returned"])
print(f"trained on {len(x['training'])} rows", flush=True)
skops.io.dump(model, out / "model.skops")
(out / "contract.json").write_text(contract.model_dump_json())
scores = model.predict_proba(x["validation"])[:, 1]
x["validation"].assign(score=scores, label=rows["validation"]["returned"].astype(float)).to_parquet(
    out / "reference.parquet", index=False
)
