"""Loading a trained model without trusting the file that it is in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from groundway.errors import InvalidInput, Refused

# A skops file names the types that it is built of. skops knows NumPy's, SciPy's and most of scikit-learn's public ones;
# beyond these, only types of scikit-learn's own modules are allowed: library code, which the requirements lock pins.
ALLOWED_PACKAGE = "sklearn."


def load_model(path: Path) -> Any:
    """The scikit-learn model in a skops file.

    Raises `Refused`, naming them, if the file asks for types other than scikit-learn's, `InvalidInput` if it is not a
    skops file. Nothing of a refused file is constructed.
    """
    import skops.io

    if not path.is_file():
        raise InvalidInput(f"model {path} does not exist")
    try:
        asked = skops.io.get_untrusted_types(file=path)
    except Exception as e:  # a damaged archive fails in many ways: zip, JSON, missing members
        raise InvalidInput(f"model {path} is not a skops file: {type(e).__name__}: {e}") from None
    if foreign := [t for t in asked if not t.startswith(ALLOWED_PACKAGE)]:
        raise Refused(f"model {path} asks for types that are not scikit-learn's: {', '.join(foreign)}")
    try:
        return skops.io.load(path, trusted=asked)
    except Exception as e:
        raise InvalidInput(f"model {path} cannot be loaded: {type(e).__name__}: {e}") from None
