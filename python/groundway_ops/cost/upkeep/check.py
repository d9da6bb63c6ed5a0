"""What is wrong with the price book: rows that are stale, prices that are missing, or contradict each other."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from groundway.environment.accelerators import ACCELERATORS
from groundway.errors import InvalidInput
from groundway_ops.cost import price_book
from groundway_ops.cost.price_book import PriceBook
from groundway_ops.cost.upkeep.wanted import Wanted

Kind = Literal["malformed", "stale", "missing", "contradictory"]
FILES = ("services.csv", "instances.csv", "spot.csv", "sagemaker.csv", "kubernetes.csv")
APART = Decimal("1.5")  # prices of two regions may differ by this much from the factor that is stated for them


@dataclass(frozen=True, order=True)
class Finding:
    """What is wrong, where, and in whose words: `where` is a file, a key or an instance type."""

    kind: Kind
    where: str
    said: str


def check(folder: Path, wanted: Iterable[Wanted], today: date, days: int) -> list[Finding]:
    """Everything that is wrong with the book in `folder`; nothing, if it is right."""
    try:
        book = price_book.load(folder)
    except InvalidInput as e:
        return [Finding("malformed", str(folder), e.message)]
    return sorted([*_stale(folder, today, days), *_missing(book, wanted), *_contradictory(folder, book)])


def _stale(folder: Path, today: date, days: int) -> Iterator[Finding]:
    """One finding for the rows of a source and a day: they are refreshed together."""
    for name in FILES:
        read: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for row in _rows(folder / name):
            read[row["date"], row["source"], row.get("confidence") or "list"].append(next(iter(row.values())))
        for (day, source, confidence), rows in read.items():
            age = (today - date.fromisoformat(day)).days
            some = ", ".join(rows[:3]) + (f" and {len(rows) - 3} more" if len(rows) > 3 else "")
            if age < 0:
                yield Finding("contradictory", name, f"{some}: of {day}, which is still to come")
            elif age > days:
                yield Finding("stale", name, f"{some}: {confidence} of {day} ({source}), {age} days old; {days} may be")


def _missing(book: PriceBook, wanted: Iterable[Wanted]) -> Iterator[Finding]:
    for one in wanted:
        try:
            one.check(book)
        except InvalidInput as e:
            yield Finding("missing", one.name, f"{one.by}: {e.message}")


def _contradictory(folder: Path, book: PriceBook) -> Iterator[Finding]:
    yield from _sizes(book)
    yield from _regions(book)
    yield from _support(book)
    vcpus: dict[str, set[str]] = defaultdict(set)
    for row in _rows(folder / "instances.csv"):
        vcpus[row["instance_type"]].add(row["vcpu"])
    for instance_type, said in vcpus.items():
        if len(said) > 1:
            yield Finding("contradictory", instance_type, f"has {' and '.join(sorted(said))} vCPUs in instances.csv")


def _sizes(book: PriceBook) -> Iterator[Finding]:
    """Of a family in a region, what has no fewer vCPUs and accelerators costs no less."""
    families: dict[tuple[str, str, str], dict[str, Decimal]] = defaultdict(dict)
    for (key, region), price in book.prices.items():
        if key.startswith("instance."):
            _, purchase, instance_type = key.split(".", 2)
            families[instance_type.partition(".")[0], purchase, region][instance_type] = price.usd
    for (_, purchase, region), prices in families.items():
        for small, large in ((a, b) for a in prices for b in prices if _smaller(a, b, book.vcpus)):
            if prices[large] < prices[small]:
                yield Finding(
                    "contradictory",
                    large,
                    f"{purchase} in {region}: {prices[large]}, less than {prices[small]} of the smaller {small}",
                )


def _smaller(one: str, other: str, vcpus: Mapping[str, int]) -> bool:
    accelerators = [ACCELERATORS[t].count if t in ACCELERATORS else 0 for t in (one, other)]
    return vcpus[one] < vcpus[other] and accelerators[0] <= accelerators[1]


def _regions(book: PriceBook) -> Iterator[Finding]:
    """Where both regions have a price, it agrees with the factor that a missing one would follow by."""
    for (key, region), price in book.prices.items():
        base = book.regions[region].base if region in book.regions else None
        if base and (known := book.prices.get((key, base))):
            factor, _ = book.regions[region].factor(key)
            ratio = price.usd / known.usd
            if not factor / APART <= ratio <= factor * APART:
                yield Finding(
                    "contradictory",
                    key,
                    f"{price.usd} in {region} is {ratio:.2f} times {known.usd} in {base}; regions.yaml says {factor}",
                )


def _support(book: PriceBook) -> Iterator[Finding]:
    for region in book.regions:
        usual, extended = (book.price(key, region) for key in ("eks.cluster", "eks.cluster_extended"))
        if extended.usd <= usual.usd:
            said = f"in {region}: {extended.usd}, not more than {usual.usd} of standard support"
            yield Finding("contradictory", "eks.cluster_extended", said)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
