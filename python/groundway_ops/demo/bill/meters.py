"""How AWS meters on a bill what the estimate calls by resource type and dimension."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from groundway.errors import InvalidInput

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Meter:
    """`usage_type` is without the code of the region and, of instances, without their type."""

    service: str
    service_name: str
    category: str
    usage_type: str
    operation: str

    def named(self, region: str, attributes: Mapping[str, Any], suffix: str = "") -> str:
        """The usage type as a bill has it: `EUW1-BoxUsage:g5.xlarge`."""
        return f"{code(region)}-{self.usage_type.format_map(attributes)}{suffix and ':'}{suffix}"


@cache
def _meters() -> dict[tuple[str, str], Meter]:
    services = {row["code"]: row for row in _rows("services.csv")}
    return {
        (row["type"], row["dimension"]): Meter(
            row["service"],
            services[row["service"]]["name"],
            services[row["service"]]["category"],
            row["usage_type"],
            row["operation"],
        )
        for row in _rows("meters.csv")
    }


def meter(type_: str, dimension: str) -> Meter:
    """Raises `InvalidInput` for what nobody has named yet."""
    try:
        return _meters()[type_, dimension]
    except KeyError:
        raise InvalidInput(
            f"{HERE / 'meters.csv'}: no row for {type_}, {dimension!r}: say how AWS meters it on a bill"
        ) from None


def code(region: str) -> str:
    """`eu-west-1` is EUW1."""
    place, direction, number = region.rsplit("-", 2)
    return f"{place.replace('-', '').upper()}{direction[0].upper()}{number}"


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
