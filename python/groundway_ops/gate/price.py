"""What environments are expected to cost, as the policies judge it: an estimate of each, beside its stacks.

One that cannot be made is handed in as such, with the reason, and so is refused: what nobody can price is not free.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from groundway import environment
from groundway.errors import GroundwayError
from groundway_ops.gate.documents import Document

DRIVERS = 3


def estimates(found: Iterable[Document], root: Path | None = None) -> list[Document]:
    """An estimate for each environment of which there are stacks among `found`, by what `root` says of it.

    `content` is {"estimate": {environment, low, expected, high, budget, drivers}}, amounts in USD a month as text, or
    {"estimate": {environment, failed}}.
    """
    by_name: dict[str, list[Document]] = {}
    for document in found:
        if not (document.plan or document.estimate):
            by_name.setdefault(document.stack.partition("-")[0], []).append(document)
    return [_estimate(name, stacks, root) for name, stacks in sorted(by_name.items())]


def _estimate(name: str, stacks: list[Document], root: Path | None) -> Document:
    file = stacks[0].file
    try:
        checkout = environment.checkout(root)
        file = checkout / "environments" / name / "environment.yaml"
        said = _said(name, stacks, checkout)
    except GroundwayError as e:
        said = {"failed": e.message}
    return Document(f"{name}-estimate", file, {"estimate": {"environment": name, **said}}, estimate=True)


def _said(name: str, stacks: list[Document], root: Path) -> dict[str, Any]:
    from groundway_ops.cost.amounts import CENT, usd  # not at the top: whoever only judges needs no price book
    from groundway_ops.cost.estimate import of_stacks

    found = of_stacks(stacks, environment.load(name, root), root=root)
    monthly = found.monthly.rounded(CENT)
    largest = found.largest(DRIVERS)
    return {
        "low": str(monthly.low),
        "expected": str(monthly.expected),
        "high": str(monthly.high),
        "budget": str(found.budget),
        "drivers": [f"{line.address} {line.dimension} {usd(line.monthly.expected)}" for line in largest],
    }
