"""What is charged for on each day: the lines of the estimate that something deployed stands behind, and what ran."""

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from groundway.environment import Environment
from groundway_ops.cost.price_book import PriceBook
from groundway_ops.cost.record import Estimate, Line
from groundway_ops.demo.bill.days import HOURS, Calendar, share, work
from groundway_ops.demo.bill.deployed import Deployed, Place, started_by
from groundway_ops.demo.bill.meters import Meter, meter
from groundway_ops.demo.bill.usage import Used, rounded

DAY = Decimal(24)  # hours
INSTANCES = re.compile(r"instances, (?P<how>[a-z ]+): (?P<type>\S+)")


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a pool on one day, and the hours that it ran."""

    day: date
    id: str
    pool: str
    instance_type: str
    hours: Decimal
    tags: Mapping[str, str] = field(default_factory=dict)
    forgotten: bool = False


@dataclass
class Charges:
    """`forgotten`: the pool of which a node was left running for the last weekend. `nodes` are those charged so far."""

    environment: Environment
    estimate: Estimate
    deployed: Mapping[Place, Deployed]
    book: PriceBook
    calendar: Calendar
    forgotten: str | None = None
    nodes: list[Node] = field(default_factory=list)

    def standing(self) -> Iterator[Used]:
        """Of all that is deployed. What the estimate prices and nobody deployed is not on the bill."""
        for place, lines in groupby(self.estimate.lines, key=lambda line: (line.stack, line.address)):
            if resource := self.deployed.get(place):
                priced = [line for line in lines if line.price.expected and line.quantity.expected]
                if any(INSTANCES.match(line.dimension) for line in priced):
                    yield from self._pool(resource, priced)
                else:
                    yield from (self._used(line, resource, day) for line in priced for day in self.calendar.days)

    def _used(self, line: Line, resource: Deployed, day: date) -> Used:
        return self._row(line, day, resource, meter(line.type, line.dimension), _quantity(line, day), resource.resource)

    def _pool(self, group: Deployed, lines: list[Line]) -> Iterator[Used]:
        """Nodes of a group, and their disks, as many as the hours of the nodes call for."""
        instances = next(line for line in lines if INSTANCES.match(line.dimension))
        disks = [line for line in lines if line is not instances]
        asked = INSTANCES.match(instances.dimension)
        assert asked
        tags, of_disks = (started_by(group, self.deployed, kind) for kind in ("instance", "volume"))
        how, type_ = asked["how"], asked["type"]
        full = self.book.instance(type_, "on_demand", self.environment.region).usd
        for day in self.calendar.days:
            for node in self._nodes(group, instances, type_, day, tags):
                self.nodes.append(node)
                named = meter(group.type, f"instances {how}")
                row = self._row(instances, day, group, named, node.hours, node.id, type_, tags)
                yield Used(**{**_fields(row), "spot": how == "spot", "list_price": full})
                for disk in disks:
                    quantity = rounded(disk.quantity.expected / instances.quantity.expected * node.hours)
                    volume = node.id.replace("i-", "vol-")
                    yield self._row(disk, day, group, meter(group.type, disk.dimension), quantity, volume, "", of_disks)

    def _nodes(self, group: Deployed, line: Line, type_: str, day: date, tags: Mapping[str, str]) -> Iterator[Node]:
        """Nodes that are always there keep their ids; those that work calls for are new every day."""
        name = str(group.attributes["node_group_name"])
        if name == self.forgotten and day in self.calendar.weekend:
            yield Node(day, _id(group.resource, "left running"), name, type_, DAY, tags, forgotten=True)
            return
        steady = line.quantity.low / HOURS
        for number in range(int(steady)):
            yield Node(day, _id(group.resource, number), name, type_, DAY, tags)
        hours = _quantity(line, day) - int(steady) * DAY
        for number in range(math.ceil(hours / DAY)):
            id = _id(group.resource, day, number)
            yield Node(day, id, name, type_, min(DAY, hours - number * DAY), tags)

    def _row(
        self,
        line: Line,
        day: date,
        resource: Deployed,
        named: Meter,
        quantity: Decimal,
        id: str,
        suffix: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> Used:
        region, price = self.environment.region, line.price.expected
        return Used(
            day=day,
            service=named.service,
            service_name=named.service_name,
            service_category=named.category,
            usage_type=named.named(region, resource.attributes, suffix),
            operation=named.operation,
            description=f"${price.normalize():f} per {line.unit}: {line.dimension}",
            resource=id,
            quantity=quantity,
            unit=line.unit,
            price=price,
            list_price=price,
            tags=resource.tags if tags is None else tags,
        )


def _quantity(line: Line, day: date) -> Decimal:
    """What is needed at least is used every day; what is expected beyond it comes with the work."""
    steady, working = line.quantity.low, line.quantity.expected - line.quantity.low
    swing = working * work(line.stack + line.address + line.dimension, day) if working else Decimal(0)
    return rounded((steady + swing) * share(day, line.unit))


def _id(*parts: Any) -> str:
    """An instance id: the local cloud starts no nodes, so they have simulated ones, always the same."""
    return "i-" + hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()[:17]


def _fields(used: Used) -> dict[str, Any]:
    return {name: getattr(used, name) for name in Used.__slots__}
