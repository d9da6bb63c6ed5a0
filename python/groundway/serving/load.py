"""Loading a model directory: contract and estimator, trusting no type that is not scikit-learn's or numpy's."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from groundway.contract import ModelContract
from groundway.errors import InvalidInput, Refused

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

TRUSTED = ("sklearn.", "numpy.")


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
    import skops.io

    path = directory / "model.skops"
    trusted = untrusted_types(path)
    try:
        contract = ModelContract.model_validate_json((directory / "contract.json").read_bytes())
    except OSError as e:
        raise InvalidInput(f"{directory} is no model directory: {e}") from None
    except ValidationError as e:
        raise InvalidInput(f"{directory / 'contract.json'}: {e.errors()[0]['msg']}") from None
    return Model(name, version, digest, contract, skops.io.load(path, trusted=trusted))


def untrusted_types(path: Path) -> list[str]:
    """The types in a skops file beyond skops's own list, all scikit-learn's or numpy's; `Refused` for any other."""
    from zipfile import BadZipFile

    import skops.io

    try:
        found = [str(t) for t in skops.io.get_untrusted_types(file=path)]
    except OSError as e:
        raise InvalidInput(f"{path} cannot be read: {e.strerror}") from None
    except (BadZipFile, KeyError, ValueError) as e:
        raise Refused(f"{path} is not a skops file: {e}") from None
    if strange := [t for t in found if not t.startswith(TRUSTED)]:
        raise Refused(f"{path} holds types that are not trusted: {', '.join(strange)}. Only scikit-learn's are loaded.")
    return sorted(found)
