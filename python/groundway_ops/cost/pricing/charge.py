"""What a resource is charged for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from groundway_ops.cost.amounts import Range
from groundway_ops.cost.price_book import Price
from groundway_ops.cost.resources import Resource, Scene


@dataclass(frozen=True, slots=True)
class Charge:
    """One dimension of a bill: `quantity` units a month at the price under `key`.

    `prices`: the cheapest, the expected and the dearest, where they are more than one (several instance types).
    """

    dimension: str
    quantity: Range
    key: str = ""
    prices: tuple[Price, Price, Price] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Free:
    """Nothing is charged, and why."""

    reason: str


Pricing = Callable[[Resource, Scene], Iterator[Charge | Free]]
