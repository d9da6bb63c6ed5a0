"""One thing that must be there: how to see whether it is, and how to make it so."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """`missing` looks, and says what is missing or different, or None; `make` makes it. Both may ask AWS."""

    name: str
    missing: Callable[[], str | None]
    make: Callable[[], None]


def absent(call: Callable[..., Json], *codes: str, **arguments: Any) -> Json | None:
    """What a call answers; None when AWS answers with one of the error `codes`: it is not there."""
    from botocore.exceptions import ClientError

    try:
        return call(**arguments)
    except ClientError as e:
        if e.response["Error"]["Code"] in codes:
            return None
        raise
