"""What is charged for one day: a row of the bill before it is written as FOCUS has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

TEN = Decimal("1E-10")  # as many decimals as AWS bills with


@dataclass(frozen=True, slots=True)
class Used:
    """`price` and `list_price`: USD a unit. `spot`: at a price that changes. `end` is exclusive."""

    day: date
    service: str
    service_name: str
    service_category: str
    usage_type: str
    operation: str
    description: str
    resource: str | None
    quantity: Decimal
    unit: str
    price: Decimal
    list_price: Decimal
    spot: bool = False
    category: str = "Usage"
    end: date | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def cost(self) -> Decimal:
        return rounded(self.quantity * self.price)

    @property
    def list_cost(self) -> Decimal:
        return rounded(self.quantity * self.list_price)

    @property
    def until(self) -> date:
        return self.end or self.day + timedelta(days=1)


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(TEN, ROUND_HALF_UP)
