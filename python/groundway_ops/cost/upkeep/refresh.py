"""Today's prices from AWS beside those of the book: what would change, and what is too odd to be taken unseen."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Literal, Protocol

from groundway_ops.cost.upkeep.price_list import Answer, NoPrice, Query, queries, query_of
from groundway_ops.cost.upkeep.rows import Place, Row, price, read, write

JUMP = Decimal("0.5")  # a price that moves by more is looked at by somebody
Verdict = Literal["same", "changed", "new", "jumped", "vanished", "not asked"]
REFUSED = ("jumped", "vanished")
Say = Callable[[str], None]


class Prices(Protocol):
    """Raises `NoPrice` where there is none."""

    def price(self, query: Query, region: str) -> Answer: ...


class Spot(Protocol):
    """What spot costs in a region: USD an hour by instance type, and where that was read."""

    def prices(self, instance_types: Collection[str], region: str) -> dict[str, Answer]: ...


@dataclass(frozen=True)
class Refreshed:
    """One row: what the book says, what AWS says, and what is to be thought of that. Amounts in USD, or for spot the
    share of the price on demand."""

    place: Place
    verdict: Verdict
    old: Decimal | None
    new: Decimal | None
    row: Row | None = None
    why: str = ""
    accepted: bool = False

    @property
    def percent(self) -> Decimal | None:
        if not self.old or self.new is None:
            return None
        return ((self.new / self.old - 1) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def refused(self) -> bool:
        return self.verdict in REFUSED and not self.accepted


def refreshed(
    folder: Path, regions: Collection[str], prices: Prices, spot: Spot, today: date, accept: Collection[str], say: Say
) -> list[Refreshed]:
    """Every row of `regions`, and those that the price list could add there. `accept`: keys that may jump or vanish."""
    rows, known = read(folder), queries(folder)
    keys = sorted({place.key for place in rows if place.file == "services.csv"})
    found: list[Refreshed] = []
    for region in sorted(regions):
        say(f"{region}: asking for prices")
        added = {Place("services.csv", key, region) for key in keys if key in known}
        mine = sorted({p for p in rows if p.region == region and p.file != "spot.csv"} | added)
        found += [_one(place, rows, query_of(place.key, known), prices, today) for place in mine]
        found += _spot(region, rows, {f.place: f.new for f in found if f.new}, spot, today)
    return [_judged(one, accept) for one in found]


def apply(folder: Path, found: list[Refreshed]) -> int:
    """Write what is not refused; how many rows that were. A price that is the same gets today's date and source."""
    changed = {one.place: one.row for one in found if one.verdict != "not asked" and not one.refused}
    write(folder, changed)
    return len(changed)


def _one(place: Place, rows: dict[Place, Row], query: Query | None, prices: Prices, today: date) -> Refreshed:
    row = rows.get(place)
    old = price(row) if row else None
    if query is None:
        return Refreshed(place, "not asked", old, None, row, "how AWS calls it is not in queries.yaml")
    try:
        answer = prices.price(query, place.region)
    except NoPrice as e:
        return Refreshed(place, "vanished" if row else "not asked", old, None, None, e.message)
    like = row or next(other for p, other in rows.items() if p.key == place.key)  # of another region
    amount = f"{answer.usd.normalize():f}"
    said = {"region": place.region, "usd": amount, "date": today.isoformat(), "source": answer.source}
    return _compared(place, old, answer.usd, {**like, **said, "confidence": "list"})


def _compared(place: Place, old: Decimal | None, new: Decimal, made: Row) -> Refreshed:
    verdict: Verdict = "new" if old is None else "same" if new == old else "changed"
    if old and abs(new / old - 1) > JUMP:
        verdict = "jumped"
    return Refreshed(place, verdict, old, new, made)


def _spot(
    region: str, rows: dict[Place, Row], full: dict[Place, Decimal], spot: Spot, today: date
) -> Iterator[Refreshed]:
    """Savings against the price on demand that was just read, else against that of the book."""
    mine = {
        place.key.removeprefix("instance.spot."): place
        for place in rows
        if place.file == "spot.csv" and place.region == region
    }
    answers = spot.prices(sorted(mine), region) if mine else {}
    for instance_type, place in sorted(mine.items()):
        row, old = rows[place], price(rows[place])
        on_demand = Place("instances.csv", f"instance.on_demand.{instance_type}", region)
        usual = full.get(on_demand) or (price(rows[on_demand]) if on_demand in rows else None)
        if instance_type not in answers or usual is None:
            why = "no spot price in the last week" if usual else "no price on demand to compare it with"
            yield Refreshed(place, "vanished", old, None, None, why)
            continue
        share = min(Decimal(1), answers[instance_type].usd / usual)
        percent = (100 - share * 100).quantize(Decimal(1), ROUND_HALF_UP)
        said = {"savings_percent": str(percent), "date": today.isoformat(), "source": answers[instance_type].source}
        made = {**row, **said, "confidence": "list"}
        yield _compared(place, old, price(made), made)


def _judged(one: Refreshed, accept: Collection[str]) -> Refreshed:
    return replace(one, accepted=one.verdict in REFUSED and one.place.key in accept)
