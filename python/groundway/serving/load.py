"""Loading a model directory: contract and estimator, trusting no type that is not scikit-learn's."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from groundway.contract import ModelContract
from groundway.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Model:
    """A model that can be asked. `version` and `digest` are the registry's."""

    name: str
    version: str
    digest: str
    contract: ModelContract
    estimator: Any

    def predict(self, inputs: "pd.DataFrame") -> "np.ndarray[Any, Any]":
        """(n,) float64: the probability of the positive class, or the value that the estimator predicts."""
        import numpy as np

        if self.contract.output == "probability":
            return np.ascontiguousarray(self.estimator.predict_proba(inputs)[:, 1], dtype="float64")
        return np.ascontiguousarray(self.estimator.predict(inputs), dtype="float64")


def load(directory: Path, name: str, version: str, digest: str) -> Model:
    """Raises `Refused` for a model with types that are not trusted, `InvalidInput` for a directory that is none."""
    from groundway.training import load_model

    try:
        contract = ModelContract.model_validate_json((directory / "contract.json").read_bytes())
    except OSError as e:
        raise InvalidInput(f"{directory} is no model directory: {e}") from None
    except ValidationError as e:
        raise InvalidInput(f"{directory / 'contract.json'}: {e.errors()[0]['msg']}") from None
    return Model(name, version, digest, contract, load_model(directory / "model.skops"))
