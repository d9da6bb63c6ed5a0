"""Divides an amount among teams so that the parts add up to it, to the last decimal."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

UNIT = Decimal("1E-10")  # the least that a charge can be


def divided(amount: Decimal, weights: Mapping[str, Fraction]) -> dict[str, Decimal]:
    """Parts of `amount` in proportion to `weights`, which are not negative and not all zero.

    What is left after rounding down goes, a unit each, to those who lost most by it; by name among equals.
    """
    units, whole = int(abs(amount) / UNIT), sum(weights.values())
    exact = {name: units * weight / whole for name, weight in weights.items()}
    parts = {name: int(part) for name, part in exact.items()}
    by_loss = sorted(exact, key=lambda name: (parts[name] - exact[name], name))
    for name in by_loss[: units - sum(parts.values())]:
        parts[name] += 1
    return {name: (part if amount >= 0 else -part) * UNIT for name, part in parts.items()}
