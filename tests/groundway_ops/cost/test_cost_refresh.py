"""Refreshing the price book from an API as AWS documents it; what is odd is refused, nothing is written unasked."""

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from price_list_server import Aws, product, serving

from groundway.errors import InvalidInput, Unavailable
from groundway_ops.cost import cost, price_book
from groundway_ops.cost.price_book import FOLDER
from groundway_ops.cost.upkeep.price_list import NoPrice, PriceList, queries, query_of

NAT = ("AmazonEC2", "NatGateway-Hours", "Hrs")
HEAD = "key,region,unit,usd,date,source,confidence\n"
ROWS = (
    "nat.hour,us-east-1,hour,0.045,2025-01-01,somebody,list\nprometheus.stored,us-east-1,GB,1,2025-01-01,me,assumed\n"
)
VERSION = "AWS Price List API 2026-11-18T00:57:01Z/20261118005701"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    with serving() as served:
        for name, value in {
            "AWS_ENDPOINT_URL": served.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }.items():
            monkeypatch.setenv(name, value)
        yield served


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A small book of two services, an instance and its spot saving."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "prices"))
    (folder / "services.csv").write_text(HEAD + ROWS)
    first = "instance_type,vcpu,region,purchase,usd,date,source,confidence\n"
    (folder / "instances.csv").write_text(
        f"{first}m7i.large,2,us-east-1,on_demand,0.1008,2025-01-01,table,list\n"
        "p5.48xlarge,192,us-east-1,capacity_block,31.46,2025-01-01,table,list\n"
    )
    (folder / "spot.csv").write_text(
        "instance_type,region,savings_percent,date,source,confidence\n*,*,56,2025-01-01,middle,assumed\n"
        "m7i.large,us-east-1,50,2025-01-01,Advisor,list\n"
    )
    return folder


def known(aws: Aws, nat: str = "0.0450000000", instance: str = "0.1008000000") -> None:
    aws.products = [
        product(*NAT, ("0", nat), productFamily="NAT Gateway"),
        product("AmazonEC2", "NatGateway-Bytes", "GB", ("0", "0.045"), productFamily="NAT Gateway"),
        *instances(instance),
    ]
    aws.spot = [("m7i.large", "us-east-1a", "0.0500"), ("m7i.large", "us-east-1b", "0.0510")]


def instances(usd: str) -> list[dict]:
    linux = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
    of = {"instanceType": "m7i.large", "productFamily": "Compute Instance"}
    return [
        product("AmazonEC2", "UnusedBox:m7i.large", "Hrs", ("0", "9"), **of, **linux),
        product("AmazonEC2", "DedicatedUsage:m7i.large", "Hrs", ("0", "8"), **of, **linux | {"tenancy": "Dedicated"}),
        product("AmazonEC2", "Reservation:m7i.large", "Hrs", ("0", "7"), **of, **linux),
        product("AmazonEC2", "BoxUsage:m7i.large", "Hrs", ("0", usd), **of, **linux),
    ]


def run(book: Path, *options: str) -> Result:
    return CliRunner().invoke(cost, ["prices", "refresh", "--book", str(book), "--region", "us-east-1", *options])


def verdicts(result: Result) -> dict[str, str]:
    return {one["key"]: one["verdict"] for one in json.loads(result.stdout)}


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.open()))


def test_prices_that_are_the_same_get_their_date_and_source(aws: Aws, book: Path) -> None:
    known(aws)
    shown = run(book)
    assert shown.exit_code == 0, shown.output
    assert "3 are the same, 1 could not be asked for." in shown.stdout
    assert (book / "services.csv").read_text() == HEAD + ROWS  # only shown
    applied = run(book, "--apply")
    assert applied.exit_code == 0, applied.output
    assert "3 rows written" in applied.stderr
    today = str(datetime.now(UTC).date())
    nat, other = rows(book / "services.csv")
    assert (nat["usd"], nat["date"], nat["source"], nat["confidence"]) == ("0.045", today, VERSION, "list")
    assert other["date"] == "2025-01-01"  # nobody knows how AWS calls it
    large, block = rows(book / "instances.csv")
    assert (large["usd"], large["vcpu"], large["date"]) == ("0.1008", "2", today)
    assert block["source"] == "table"
    middle, spot = rows(book / "spot.csv")
    assert middle["date"] == "2025-01-01"
    assert (spot["savings_percent"], spot["date"]) == ("50", today)  # 0.0505 of 0.1008


def test_a_change_is_shown_with_its_percent(aws: Aws, book: Path) -> None:
    known(aws, nat="0.0540000000")
    result = run(book)
    assert "changed: nat.hour in us-east-1: 0.045 -> 0.054 (+20.0%)" in result.stdout
    run(book, "--apply")
    assert price_book.load(book).price("nat.hour", "us-east-1").usd == Decimal("0.054")


@pytest.mark.parametrize("usd", ["0.0676", "0.0224"], ids=["up", "down"])
def test_a_jump_is_refused_for_its_row_alone_until_it_is_accepted(aws: Aws, book: Path, usd: str) -> None:
    known(aws, nat=usd, instance="0.11")
    result = run(book, "--apply")
    assert result.exit_code == 3
    assert "--accept nat.hour" in result.stderr
    assert "jumped, refused: nat.hour in us-east-1: 0.045 ->" in result.stdout
    assert rows(book / "services.csv")[0]["usd"] == "0.045"
    assert rows(book / "instances.csv")[0]["usd"] == "0.11"  # the others are taken
    accepted = run(book, "--apply", "--accept", "nat.hour")
    assert accepted.exit_code == 0, accepted.output
    assert "jumped, accepted" in accepted.stdout
    assert rows(book / "services.csv")[0]["usd"] == usd


def test_what_moves_by_half_is_no_jump(aws: Aws, book: Path) -> None:
    known(aws, nat="0.0675")
    assert verdicts(run(book, "--json"))["nat.hour"] == "changed"


def test_a_price_that_vanished_is_refused_until_it_is_accepted(aws: Aws, book: Path) -> None:
    known(aws)
    aws.products = [p for p in aws.products if "NatGateway-Hours" not in json.dumps(p)]
    result = run(book, "--apply")
    assert result.exit_code == 3
    assert "vanished, refused: nat.hour in us-east-1: 0.045 -> -: AmazonEC2 NatGateway-Hours" in result.stdout
    assert len(rows(book / "services.csv")) == 2
    assert run(book, "--apply", "--accept", "nat.hour").exit_code == 0
    assert [row["key"] for row in rows(book / "services.csv")] == ["prometheus.stored"]


def test_a_price_that_only_followed_from_another_region_is_added_beside_it(aws: Aws, book: Path) -> None:
    known(aws)
    aws.products.append(product("AmazonEC2", "EU-NatGateway-Hours", "Hrs", ("0", "0.048"), region="eu-west-1"))
    result = CliRunner().invoke(cost, ["prices", "refresh", "--book", str(book), "--region", "eu-west-1", "--apply"])
    assert result.exit_code == 0, result.output
    assert "new: nat.hour in eu-west-1: - -> 0.048" in result.stdout
    first, second, _ = rows(book / "services.csv")
    assert (first["region"], second["region"], second["unit"]) == ("us-east-1", "eu-west-1", "hour")
    assert price_book.load(book).price("nat.hour", "eu-west-1").confidence == "list"


def test_spot_that_is_not_offered_any_more_is_refused(aws: Aws, book: Path) -> None:
    known(aws)
    aws.spot = []
    result = run(book)
    assert result.exit_code == 3
    assert "vanished, refused: instance.spot.m7i.large in us-east-1: 0.5 -> -: no spot price" in result.stdout


def test_spot_that_costs_half_as_much_again_is_refused(aws: Aws, book: Path) -> None:
    known(aws)
    aws.spot = [("m7i.large", "us-east-1a", "0.0800")]
    assert verdicts(run(book, "--json"))["instance.spot.m7i.large"] == "jumped"


def ask(key: str, region: str = "us-east-1") -> Decimal:
    query = query_of(key, queries())
    assert query
    return PriceList().price(query, region).usd


def test_all_pages_are_read(aws: Aws) -> None:
    known(aws)
    aws.products = [product("AmazonEC2", f"NatGateway-Hours-{i}", "Hrs", ("0", "1")) for i in range(7)]
    aws.products.append(product(*NAT, ("0", "0.045")))
    assert ask("nat.hour") == Decimal("0.045")
    assert len(aws.asked) == 4
    assert aws.asked[0]["FormatVersion"] == "aws_v1"
    assert aws.asked[3]["NextToken"] == "6"


def test_of_tiers_the_first_that_is_not_free_counts_and_units_become_ours(aws: Aws) -> None:
    tiers = [("1000000", "0.0000004000"), ("0", "0.0000000000"), ("100000000000", "0.0000003000")]
    aws.products = [product("AWSQueueService", "Requests", "Requests", *tiers, queueType="Standard")]
    assert ask("sqs.requests") == Decimal("0.4")
    aws.products = [product("AmazonEC2", "EUC1-EBS:VolumeP-Throughput.gp3", "GiBps-mo", ("0", "48.76"), region="eu-x")]
    assert ask("ebs.gp3_throughput", "eu-x") == Decimal("48.76") / 1024


def test_prefixes_of_regions_are_left_out(aws: Aws) -> None:
    aws.products = [product("awskms", "eu-west-1-KMS-Keys", "months", ("0", "1"), region="eu-west-1")]
    assert ask("kms.key", "eu-west-1") == 1


@pytest.mark.parametrize(
    ("products", "says"),
    [
        ([], "the price list says nothing"),
        ([product(*NAT, ("0", "0.045")), product(*NAT, ("0", "0.046"))], r"says 0.045, 0.046"),
        ([product("AmazonEC2", "NatGateway-Hours", "Days", ("0", "1"))], "is sold by Days, and not by Hrs"),
        ([product(*NAT, ("0", "0"))], "has no price in USD on demand"),
    ],
    ids=["none", "two", "another unit", "free"],
)
def test_what_is_not_one_price_is_none(aws: Aws, products: list, says: str) -> None:
    aws.products = products
    with pytest.raises(NoPrice, match=says):
        ask("nat.hour")


def test_throttling_is_waited_out(aws: Aws) -> None:
    known(aws)
    aws.errors = [(400, "ThrottlingException"), (500, "InternalErrorException")]
    assert ask("nat.hour") == Decimal("0.045")
    assert len(aws.asked) == 3


def test_a_denial_says_what_to_allow(aws: Aws, book: Path) -> None:
    known(aws)
    aws.errors = [(400, "AccessDeniedException")]
    result = run(book, "--apply")
    assert result.exit_code == 4
    assert "AWS denies pricing:GetProducts to these credentials" in result.stderr
    assert (book / "services.csv").read_text() == HEAD + ROWS


def test_what_is_no_product_is_not_read_as_one(aws: Aws) -> None:
    aws.products = [product(*NAT, ("0", "1"))]
    assert ask("nat.hour") == 1
    del aws.products[0]["publicationDate"]
    with pytest.raises(InvalidInput, match=r"AmazonEC2: this is no product of the price list: \{"):
        ask("nat.hour")


def test_where_nobody_answers_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as gone:
        pass
    monkeypatch.setenv("AWS_ENDPOINT_URL", gone.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with pytest.raises(Unavailable, match="none of AWS's 3 endpoints for prices can be reached"):
        ask("nat.hour")


def test_a_region_that_the_book_does_not_have(book: Path) -> None:
    result = CliRunner().invoke(cost, ["prices", "refresh", "--book", str(book), "--region", "eu-nowhere-1"])
    assert result.exit_code == 2
    assert "eu-nowhere-1: not in regions.yaml; there are eu-west-1, us-east-1" in result.output


def test_every_query_is_for_a_key_of_the_book() -> None:
    keys = {key for key, _ in price_book.load().prices}
    assert queries().keys() <= keys
    known = queries()
    asked = {key for key in keys if query_of(key, known)}
    assert len(asked) / len(keys) > 0.8
