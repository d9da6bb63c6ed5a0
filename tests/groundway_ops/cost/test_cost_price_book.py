"""The price book: where a price comes from, how it follows from another, and what is refused of its data."""

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from groundway.environment.accelerators import ACCELERATORS
from groundway.errors import InvalidInput
from groundway_ops.cost import price_book
from groundway_ops.cost.price_book import FOLDER, PriceBook


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return price_book.load()


def test_a_price_that_is_listed_is_taken_as_it_is(book: PriceBook) -> None:
    price = book.price("nat.hour", "eu-west-1")
    assert (price.usd, price.confidence, price.date) == (Decimal("0.048"), "list", date(2026, 10, 2))


def test_a_price_of_another_region_follows_by_the_factor_of_its_kind(book: PriceBook) -> None:
    disk = book.price("ebs.gp3", "eu-west-1")
    assert (disk.usd, disk.confidence) == (Decimal("0.0880"), "derived")  # 0.08 x 1.10, the default
    assert disk.source.startswith("1.10 x us-east-1 (infracost golden files): ")
    assert book.price("kms.key", "eu-west-1").usd == 1  # AWS has one price for it
    assert book.instance("m7i.large", "on_demand", "eu-west-1").usd == Decimal("0.1008") * Decimal("1.115")


def test_what_follows_from_an_assumption_stays_one(book: PriceBook) -> None:
    assert book.price("prometheus.samples", "us-east-1").confidence == "assumed"
    assert book.price("prometheus.samples", "eu-west-1").confidence == "assumed"


def test_spot_follows_from_on_demand(book: PriceBook) -> None:
    spot = book.instance("g5.xlarge", "spot", "eu-west-1")
    assert (spot.usd, spot.confidence) == (Decimal("1.123") * Decimal("0.44"), "derived")
    assert book.instance("m7i.large", "spot", "eu-west-1").confidence == "assumed"  # no figure for it


def test_sagemaker_follows_from_ec2_by_the_first_pattern_that_fits(book: PriceBook) -> None:
    assert book.sagemaker("ml.g5.xlarge", "us-east-1").usd == Decimal("1.4084")
    assert book.sagemaker("ml.g5.2xlarge", "us-east-1").usd == Decimal("1.515")
    assert book.sagemaker("ml.p5.48xlarge", "us-east-1").usd == Decimal("63.296")
    with pytest.raises(InvalidInput, match=r"no price for ml.r5.large: add its factor to prices/sagemaker.csv"):
        book.sagemaker("ml.r5.large", "us-east-1")


def test_every_accelerated_type_can_be_bought_somehow(book: PriceBook) -> None:
    """trn2 and p5e are sold as capacity blocks only, or their price on demand is not known."""
    sold = {key.partition(".")[2].partition(".")[2] for key, _ in book.prices if key.startswith("instance.")}
    assert sold >= ACCELERATORS.keys()
    blocks_only = {t for t in ACCELERATORS if ("instance.on_demand." + t, "us-east-1") not in book.prices}
    assert blocks_only == {"p5e.48xlarge", "trn2.48xlarge"}


def test_every_price_is_of_the_past_and_of_a_region_that_is_there(book: PriceBook) -> None:
    today = datetime.now(UTC).date()
    assert all(price.date <= today for price in book.prices.values())
    assert {region for _, region in book.prices} <= book.regions.keys()


def test_known_prices_agree_with_the_factors_they_would_follow_by(book: PriceBook) -> None:
    """A slip of the pen, a tenfold price, would stand out: regions do not differ that much."""
    for (key, region), price in book.prices.items():
        base = book.regions[region].base
        if base and (key, base) in book.prices:
            assert Decimal("0.9") <= price.usd / book.prices[key, base].usd <= Decimal("1.3"), key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "prices"))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("nat.hour,us-east-1,hour,0.05,2026-11-22,somebody,list", "nat.hour has two prices in us-east-1"),
        ("new.thing,us-east-1,hour,free,2026-11-22,somebody,list", r"services.csv:\d+: not a row of this file"),
        ("new.thing,us-east-1,hour,0,2026-11-22,somebody,list", r"services.csv:\d+: .*above zero"),
        ("new.thing,us-east-1,hour,1,2026-11-22,,list", r"services.csv:\d+: .*has a source"),
        ("new.thing,us-east-1,hour,1,2026-11-22,somebody,sure", r"services.csv:\d+: .*list, derived or assumed"),
        ("new.thing,us-east-1,hour,1,today,somebody,list", r"services.csv:\d+: .*today"),
    ],
)
def test_a_row_that_is_not_right_is_named(folder: Path, row: str, says: str) -> None:
    price_book.load(folder)
    with (folder / "services.csv").open("a") as file:
        file.write(row + "\n")
    with pytest.raises(InvalidInput, match=says):
        price_book.load(folder)
