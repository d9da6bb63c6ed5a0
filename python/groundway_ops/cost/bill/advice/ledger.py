"""Which advice is told: no line of the bill is saved twice, and no more than was spent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from groundway_ops.cost.amounts import CENT
from groundway_ops.cost.bill.advice.record import Advice


@dataclass(frozen=True)
class Ledger:
    """`told`: advice with what it saves a month, whole cents, the most first. `rivals`: advice on lines that other
    advice saves more on. `small`: advice below the floor. `beyond`: advice for which credits left nothing to save."""

    told: tuple[tuple[Advice, Decimal], ...]
    rivals: tuple[Advice, ...]
    small: tuple[Advice, ...]
    beyond: tuple[Advice, ...]


def settle(
    found: Iterable[Advice], spend: Mapping[int, Decimal], whole: Decimal, months: int, floor: Decimal
) -> Ledger:
    """The advice that saves most goes first and takes its lines with it; what else concerns one of them is a rival.

    `spend`: USD by line. `whole`: USD of everything asked for, credits included.
    """
    told: list[tuple[Advice, Decimal]] = []
    rivals, small, beyond = [], [], []
    taken: set[int] = set()
    left = max(whole, Decimal(0))
    for advice in sorted(found, key=lambda a: (-a.saving, a.kind, a.what)):
        cost = sum((spend[line] for line in advice.lines), Decimal(0))
        monthly = (advice.saving / months).quantize(CENT, ROUND_DOWN)
        if monthly < floor:
            small.append(advice)
        elif taken & advice.lines:
            rivals.append(advice)
        elif advice.saving > min(left, cost):
            beyond.append(advice)
        else:
            told.append((advice, monthly))
            taken |= advice.lines
            left -= advice.saving
    return Ledger(tuple(told), tuple(rivals), tuple(small), tuple(beyond))
