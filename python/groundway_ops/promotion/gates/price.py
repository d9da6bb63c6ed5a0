"""What the target costs a month with these stacks, and what it costs now: within its budget and its rules."""

import shutil
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundway import environment
from groundway.errors import GroundwayError
from groundway.release import Release, blueprint, configuration
from groundway_ops.accounts import Account
from groundway_ops.cost.amounts import CENT, Range, usd
from groundway_ops.promotion.desk import Desk
from groundway_ops.promotion.gates.gate import Request, Result
from groundway_ops.promotion.gates.planned import planned, synthesize
from groundway_ops.promotion.history import known
from groundway_ops.rehearsal.checkout import Checkout
from groundway_ops.rehearsal.processes import Processes

if TYPE_CHECKING:
    from groundway_ops.cost.estimate import Change, Estimate

NAME = "price"
SHOWN = 20  # changes, of those that matter most


@dataclass(frozen=True)
class Prices:
    """What it would cost, and what it costs now; None before a first release, when all of it is new."""

    new: "Estimate"
    old: "Estimate | None"

    @property
    def increase(self) -> Decimal:
        """USD a month, expected; less is negative."""
        return self.new.monthly.expected - (self.old.monthly.expected if self.old else Decimal(0))

    @property
    def changes(self) -> "list[Change]":
        old = self.old or self.new.model_copy(update={"lines": ()})
        return old.difference(self.new)


def price(request: Request) -> Result:
    """Passes when what is expected stays within the budget, and what is added within `monthly_increase_usd`.

    Nothing is added by a first release: what it costs is judged by the budget.
    """
    found = planned(request)
    if not found.stacks:
        raise GroundwayError(found.problem or "there are no stacks to price")
    from groundway_ops.cost.estimate import estimate

    new = estimate(found.out / "stacks", request.target, root=request.root, on=request.now.date())
    prices = Prices(new, _current(request))
    problems = _problems(request, prices)
    since = f"{usd(prices.increase, sign=True)} against {request.current.name}" if request.current else "all of it new"
    said = f"{usd(new.monthly.expected)} a month, {since}; the budget is {usd(request.target.budget.monthly_usd)}"
    return Result(
        gate=NAME,
        passed=not problems,
        reason=f"{said}; {'; '.join(problems)}" if problems else said,
        evidence=_evidence(request, prices),
    )


def _current(request: Request) -> "Estimate | None":
    """The price, of this day, of what the target pins now; None when it pins nothing."""
    if request.current is None:
        return None
    from groundway_ops.cost.estimate import estimate

    request.report(f"price: synthesizing what {request.target.name} pins now")
    there, name = request.work / "current", request.target.name
    earlier = _laid_out(request, request.current, there / "checkout")
    account = Account(environment.load(name, earlier.root), request.in_target.variables)
    processes = Processes()
    try:
        synthesize(earlier, account, there / "out", processes, None)
    finally:
        processes.stop()
    return estimate(there / "out" / "stacks", account.environment, root=earlier.root, on=request.now.date())


def _laid_out(request: Request, release: Release, directory: Path) -> Checkout:
    """The files of a release of the target: its commit, and the configuration as evidence tells it if git does not."""
    shutil.rmtree(directory, ignore_errors=True)
    earlier = request.history.at(request.history.commit(release.revision), directory)
    name = request.target.name
    if blueprint(earlier.root) != release.blueprint:
        raise GroundwayError(f"commit {release.revision[:12]} does not hold the code that {release.name} pins")
    if configuration(earlier.root, name) != release.configuration:
        text = known(Desk(request.history.root, request.in_target, request.report), release).configuration
        (earlier.root / "environments" / name / "environment.yaml").write_text(text, encoding="utf-8")
    return earlier


def _problems(request: Request, prices: Prices) -> list[str]:
    problems, expected = [], prices.new.monthly.expected
    if expected > request.target.budget.monthly_usd:
        problems.append(f"{usd(expected - request.target.budget.monthly_usd)} over budget.monthly_usd")
    most = request.target.promotion.monthly_increase_usd
    if most is not None and prices.old and prices.increase > most:
        problems.append(f"{usd(prices.increase, sign=True)} is more than promotion.monthly_increase_usd, {usd(most)}")
    return problems


def _evidence(request: Request, prices: Prices) -> dict[str, Any]:
    changes = prices.changes
    most = request.target.promotion.monthly_increase_usd
    return {
        "monthly usd": _amounts(prices.new.monthly),
        "now usd": _amounts(prices.old.monthly) if prices.old else None,
        "increase usd": _amount(prices.increase),
        "budget usd": _amount(request.target.budget.monthly_usd),
        "most increase usd": None if most is None else _amount(most),
        "by stack usd": {name: _amount(amount.expected) for name, amount in prices.new.by_stack.items()},
        "changes": len(changes),
        "largest": {f"{c.stack}: {c.address}: {c.dimension}": _amount(c.expected) for c in changes[:SHOWN]},
    }


def _amounts(amount: Range) -> dict[str, str]:
    return {name: _amount(getattr(amount, name)) for name in ("low", "expected", "high")}


def _amount(amount: Decimal) -> str:
    """As text: evidence keeps no number that cannot be written exactly."""
    return str(amount.quantize(CENT))
