"""The `MLmodel` file, by which MLflow and its tools know our model directory as one of theirs, signature and all."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from groundway.contract import ModelContract

NAME = "MLmodel"


def write(directory: Path, contract: ModelContract, python: str) -> None:
    """Write `MLmodel` into `directory`, whose `model.skops` `groundway.training.load_model` has found to be trusted.

    It is made by hand rather than by `mlflow.sklearn.log_model`, which would save the model a second time, guess
    requirements for ten seconds and stamp the file with a time: the same model shall have the same digest.
    """
    import skops.io

    probability = contract.output == "probability"
    document = {
        "flavors": {
            "sklearn": {
                "pickled_model": "model.skops",  # MLflow's name for the key, whatever the format
                "serialization_format": "skops",
                "skops_trusted_types": [str(t) for t in skops.io.get_untrusted_types(file=directory / "model.skops")],
                "sklearn_version": version("scikit-learn"),
                "code": None,
            },
            "python_function": {
                "loader_module": "mlflow.sklearn",
                "model_path": "model.skops",
                "predict_fn": "predict_proba" if probability else "predict",
                "python_version": python,
                "env": {},
            },
        },
        "mlflow_version": version("mlflow"),
        "signature": {
            "inputs": json.dumps([_column(name, contract) for name in contract.inputs]),
            "outputs": json.dumps([_tensor([-1, 2] if probability else [-1])]),
            "params": None,
        },
    }
    (directory / NAME).write_text(json.dumps(document, indent=1))  # JSON is YAML


def _column(name: str, contract: ModelContract) -> dict[str, Any]:
    categorical = name in contract.categorical
    return {"name": name, "type": "string" if categorical else "double", "required": True}


def _tensor(shape: list[int]) -> dict[str, Any]:
    return {"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": shape}}
