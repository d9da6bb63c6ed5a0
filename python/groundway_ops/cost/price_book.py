"""The price book: what AWS asks for a unit of something in a region, with its date, its source and how sure it is.

`prices/` holds data only. A price that is known in one region follows in another by a factor that `regions.yaml`
states; it is marked `derived`. What is in neither is an error, never zero.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, TypeVar, get_args

import yaml

from groundway.errors import InvalidInput

Confidence = Literal["list", "derived", "assumed"]
Purchase = Literal["on_demand", "spot", "capacity_block"]
FOLDER = Path(__file__).parent / "prices"
Row = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Price:
    """USD for one unit. `confidence`: from a price list, derived from another price, or assumed."""

    usd: Decimal
    unit: str
    date: date
    source: str
    confidence: Confidence

    def derived(self, factor: Decimal, source: str, confidence: Confidence = "derived") -> "Price":
        surest: Confidence = "assumed" if "assumed" in (confidence, self.confidence) else confidence
        return Price(self.usd * factor, self.unit, self.date, source, surest)


@dataclass(frozen=True)
class Region:
    """Where the prices of a region come from when they are not listed: `base`, and factors by the key's beginning."""

    base: str | None = None
    factors: Mapping[str, tuple[Decimal, str]] = field(default_factory=dict)

    def factor(self, key: str) -> tuple[Decimal, str]:
        """The factor of the longest beginning of `key` that has one, else the default; and why."""
        fitting = [begin for begin in self.factors if begin and f"{key}.".startswith(f"{begin}.")]
        return self.factors[max(fitting, key=len, default="")]


@dataclass(frozen=True)
class PriceBook:
    """Prices by (key, region); instances by the key `instance.<purchase>.<type>`; vCPUs by type."""

    prices: Mapping[tuple[str, str], Price]
    regions: Mapping[str, Region]
    vcpus: Mapping[str, int]
    spot_savings: Mapping[tuple[str, str], tuple[Decimal, str]]
    support_ends: Mapping[str, date]
    sagemaker_factors: Sequence[tuple[str, Decimal, str]]

    def price(self, key: str, region: str) -> Price:
        """Raises `InvalidInput` that names the key and the region if there is no price."""
        if listed := self.prices.get((key, region)):
            return listed
        if region not in self.regions:
            raise InvalidInput(
                f"the price book has no prices for {region}, only for {', '.join(sorted(self.regions))}: "
                f"add it to {FOLDER.name}/regions.yaml"
            )
        base = self.regions[region].base
        known = self.prices.get((key, base)) if base else None
        if known is None:
            raise InvalidInput(f"the price book has no price for {key} in {region}: add one to {FOLDER.name}/")
        factor, because = self.regions[region].factor(key)
        return known.derived(factor, f"{factor} x {base} ({known.source}): {because}")

    def instance(self, instance_type: str, purchase: Purchase, region: str) -> Price:
        """USD an hour. Spot follows from on demand by the saving that the Spot Instance Advisor tells for the type."""
        if purchase != "spot":
            return self.price(f"instance.{purchase}.{instance_type}", region)
        full = self.price(f"instance.on_demand.{instance_type}", region)
        told = self.spot_savings.get((instance_type, region))
        percent, source = told or self.spot_savings[("*", "*")]
        return full.derived(
            (100 - percent) / 100, f"{percent}% below on demand ({source})", "derived" if told else "assumed"
        )

    def sagemaker(self, ml_type: str, region: str) -> Price:
        """USD an hour of `ml.<type>`: EC2's price on demand times the factor of the first pattern that fits."""
        instance_type = ml_type.removeprefix("ml.")
        for pattern, factor, source in self.sagemaker_factors:
            if fnmatchcase(instance_type, pattern):
                full = self.instance(instance_type, "on_demand", region)
                return full.derived(factor, f"{factor} x EC2 ({source})")
        raise InvalidInput(f"the price book has no price for {ml_type}: add its factor to {FOLDER.name}/sagemaker.csv")

    def vcpu(self, instance_type: str) -> int:
        try:
            return self.vcpus[instance_type]
        except KeyError:
            raise InvalidInput(f"the price book does not know {instance_type}: add it to instances.csv") from None


def load(folder: Path = FOLDER) -> PriceBook:
    """Read and check the book. Raises `InvalidInput` naming file, line and value of what is wrong."""
    instances = _rows(folder / "instances.csv", _instance)
    listed = [*_rows(folder / "services.csv", _service), *((place, price) for place, price, _, _ in instances)]
    prices = dict(listed)
    if len(prices) < len(listed):
        twice = next(place for place in prices if sum(place == other for other, _ in listed) > 1)
        raise InvalidInput(f"{folder}: {twice[0]} has two prices in {twice[1]}; keep one")
    return PriceBook(
        prices=prices,
        regions=_regions(folder / "regions.yaml"),
        vcpus={instance_type: vcpu for _, _, instance_type, vcpu in instances},
        spot_savings=dict(_rows(folder / "spot.csv", _saving)),
        support_ends=dict(_rows(folder / "kubernetes.csv", _support)),
        sagemaker_factors=_rows(folder / "sagemaker.csv", _factor),
    )


def _rows(file: Path, parse: Callable[[Row], T]) -> list[T]:
    parsed = []
    with file.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            try:
                parsed.append(parse(row))
            except (ValueError, KeyError, InvalidOperation, TypeError) as e:
                raise InvalidInput(f"{file}:{number}: not a row of this file: {e!r}") from None
    return parsed


def _price(row: Row, unit: str) -> Price:
    amount = Decimal(row["usd"])
    if amount <= 0 or not row["source"] or row["confidence"] not in get_args(Confidence):
        raise ValueError("a price is above zero, has a source, and is list, derived or assumed")
    confidence: Confidence = row["confidence"]  # type: ignore[assignment]
    return Price(amount, unit, date.fromisoformat(row["date"]), row["source"], confidence)


def _service(row: Row) -> tuple[tuple[str, str], Price]:
    return (row["key"], row["region"]), _price(row, row["unit"])


def _instance(row: Row) -> tuple[tuple[str, str], Price, str, int]:
    place = (f"instance.{row['purchase']}.{row['instance_type']}", row["region"])
    return place, _price(row, "hour"), row["instance_type"], int(row["vcpu"])


def _saving(row: Row) -> tuple[tuple[str, str], tuple[Decimal, str]]:
    percent = Decimal(row["savings_percent"])
    if not 0 <= percent < 100:
        raise ValueError(f"a saving of {percent}%")
    return (row["instance_type"], row["region"]), (percent, f"{row['source']}, {row['date']}")


def _factor(row: Row) -> tuple[str, Decimal, str]:
    return row["instance_type"], Decimal(row["factor"]), f"{row['source']}, {row['date']}"


def _support(row: Row) -> tuple[str, date]:
    return row["version"], date.fromisoformat(row["standard_support_ends"])


def _regions(file: Path) -> dict[str, Region]:
    regions = {}
    for name, told in yaml.safe_load(file.read_text(encoding="utf-8")).items():
        factors = {"": told["default"], **told.get("factors", {})} if told else {}
        regions[name] = Region(
            told.get("base"), {begin: (Decimal(f["factor"]), f["because"]) for begin, f in factors.items()}
        )
    return regions
