"""No charge is saved twice, and no more than was spent: over any advice, and over whole bills of any kind."""

import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from advice_bill import FIRST, gpu_hours, predictions, saved
from hypothesis import given, settings
from hypothesis import strategies as st
from small_bill import TAGGED, charge, mart_of

from groundway_ops.cost.bill.advice import KINDS
from groundway_ops.cost.bill.advice.ledger import settle
from groundway_ops.cost.bill.advice.record import Advice
from groundway_ops.cost.bill.advice.thresholds import Thresholds
from groundway_ops.cost.bill.mart import Mart, total
from groundway_ops.cost.bill.reports import advice, make
from groundway_ops.cost.bill.reports.question import Question

CENTS = st.integers(1, 100_000).map(lambda cents: Decimal(cents) / 100)


def piece(saving: Decimal, *lines: int, kind: str = "spot", what: str = "nodes") -> Advice:
    rest = dict.fromkeys(("arithmetic", "how", "rests_on"), "")
    return Advice(
        kind=kind, what=what, team=None, environment=None, saving=saving, sure="low", lines=frozenset(lines), **rest
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[dict[int, Decimal], list[Advice], Decimal]:
    """Lines, pieces that save a share of some of them each, and credits."""
    spend = dict(enumerate(draw(st.lists(CENTS, min_size=1, max_size=8))))
    lines = st.sets(st.sampled_from(sorted(spend)), min_size=1)
    found = [
        piece(sum((spend[line] for line in on), Decimal(0)) * draw(st.integers(0, 100)) / 100, *on, what=str(number))
        for number, on in enumerate(draw(st.lists(lines, max_size=12)))
    ]
    return spend, found, draw(CENTS)


@given(situations(), st.integers(1, 12))
def test_no_line_is_saved_twice_and_no_more_than_was_spent(
    situation: tuple[dict[int, Decimal], list[Advice], Decimal], months: int
) -> None:
    spend, found, credit = situation
    whole = sum(spend.values()) - credit
    ledger = settle(found, spend, whole, months, Decimal(1))
    claimed = Counter(line for told, _ in ledger.told for line in told.lines)
    assert all(times == 1 for times in claimed.values())
    assert sum(monthly for _, monthly in ledger.told) * months <= max(whole, 0)
    assert len(ledger.told) + len(ledger.rivals) + len(ledger.small) + len(ledger.beyond) == len(found)
    for told, monthly in ledger.told:
        assert 1 <= monthly <= told.saving / months < monthly + Decimal("0.01")


def test_what_saves_most_goes_first_and_the_rest_is_named() -> None:
    spend = {1: Decimal(100), 2: Decimal(50)}
    best, rival, other, tiny = piece(Decimal(90), 1), piece(Decimal(60), 1, 2), piece(Decimal(40), 2), piece(Decimal(4))
    ledger = settle([tiny, rival, other, best], spend, Decimal(150), 1, Decimal(5))
    assert [told for told, _ in ledger.told] == [best, other]
    assert (ledger.rivals, ledger.small, ledger.beyond) == ((rival,), (tiny,), ())


def test_what_credits_pay_for_is_not_saved_again() -> None:
    ledger = settle([piece(Decimal(90), 1)], {1: Decimal(100)}, Decimal(80), 1, Decimal(5))
    assert (ledger.told, len(ledger.beyond)) == ((), 1)


def test_advice_that_saves_more_than_its_lines_cost_is_never_told() -> None:
    ledger = settle([piece(Decimal(101), 1)], {1: Decimal(100)}, Decimal(1000), 1, Decimal(5))
    assert (ledger.told, len(ledger.beyond)) == ((), 1)


METERS = st.sampled_from(
    [
        ("EU-BoxUsage:g5.2xlarge", "i-1", 24.0),
        ("EU-BoxUsage:p4d.24xlarge", "i-2", 24.0),
        ("EU-SpotUsage:g5.xlarge", "i-3", 24.0),
        ("EU-UnusedBox:g6.2xlarge", "cr-1", 12.0),
        ("EU-Host:ml.m5.xlarge", "arn:aws:sagemaker:eu-west-1:1:endpoint/delays", 24.0),
        ("EU-NatGateway-Hours", "nat-1", 24.0),
        ("EU-NatGateway-Bytes", "nat-1", 900.0),
        ("EU-NatGateway-Hours", "nat-2", 24.0),
        ("EU-VpcEndpoint-Hours", "vpce-1", 48.0),
        ("EU-DataProcessing-Bytes", "arn:aws:logs:eu-west-1:1:log-group:/a", 800.0),
        ("EU-TimedStorage-ByteHrs", "arn:aws:logs:eu-west-1:1:log-group:/a", 300.0),
        ("EU-EBS:VolumeUsage.gp2", "vol-1", 100.0),
        ("EU-EBS:SnapshotUsage", "snap-1", 10.0),
        ("EU-LoadBalancerUsage", "arn:aws:elb:eu-west-1:1:loadbalancer/app/a/1", 24.0),
        ("EU-PublicIPv4:IdleAddress", "eip-1", 24.0),
        ("EU-AmazonEKS-Hours:extendedSupport", "cluster/a", 24.0),
        ("EU-Requests-Tier1", "bucket", 10.0),
    ]
)
SERVICES = {"Host": "AmazonSageMaker", "DataProcessing": "AmazonCloudWatch", "TimedStorage": "AmazonCloudWatch"}


@st.composite
def charges(draw: st.DrawFn) -> dict:
    meter, resource, quantity = draw(METERS)
    code = next((code for part, code in SERVICES.items() if part in meter), "AmazonEC2")
    tags = {
        "environment": draw(st.sampled_from(["dev", "staging", "prod", None])),
        "team": draw(st.sampled_from(["demand", "other"])),
        "run": draw(st.sampled_from(["standing", "run-1"])),
        "model": draw(st.sampled_from(["shared", "delays"])),
    }
    category = draw(st.sampled_from(["Usage"] * 9 + ["Credit"]))
    return charge(
        {**TAGGED, **tags},
        usage_type=meter,
        resource=resource,
        quantity=quantity,
        effective=draw(CENTS) * (-1 if category == "Credit" else 1),
        category=category,
        service_code=code,
    )


@settings(max_examples=15, deadline=None)
@given(st.lists(charges(), min_size=1, max_size=20))
def test_no_bill_is_saved_twice(lines: list[dict]) -> None:
    """Whole bills, through every kind: the arithmetic of each row holds, and the total never exceeds the spend."""
    with tempfile.TemporaryDirectory() as folder:
        idle = list(gpu_hours("i-1", 1, 24, idle=1.0)) + list(gpu_hours("i-2", 8, 24, unallocated=1.0))
        asked = predictions(0, 1, "dev") + predictions(0, 1, "prod")
        mart = mart_of(Path(folder), lines, gpus=idle, predictions=asked)
        report = advice.report(mart, Question.of(mart), Thresholds(floor=Decimal("0.01")))
        with mart.connect() as db:
            spent = total(db, "effective")
    saved(report)
    assert report.total is not None
    assert 0 <= report.total <= max(spent, 0)


def test_every_kind_is_listed() -> None:
    """What gives advice is asked for it."""
    folder = Path(advice.__file__).parents[1] / "advice"
    giving = {file.stem for file in folder.glob("*.py") if "\nNEEDS = " in file.read_text()}
    assert giving == set(KINDS)


@pytest.fixture
def mart(tmp_path: Path) -> Mart:
    usage = {"usage_type": "EU-PublicIPv4:IdleAddress"}
    return mart_of(
        tmp_path,
        [
            charge({**TAGGED, "environment": environment}, effective=amount, **usage)
            for environment, amount in (("dev", "30.555"), ("staging", "20"), ("prod", "10"), ("old", "4.99"))
        ],
    )


def test_below_the_floor_advice_is_left_out_and_counted(mart: Mart) -> None:
    report = make("advice", mart, Question.of(mart))
    assert [str(saving) for saving in report.column("saving")] == ["30.55", "20.00", "10.00"]
    assert "1 piece of advice below $5.00 a month" in report.notes


def test_the_rest_is_shown_as_one(mart: Mart) -> None:
    report = make("advice", mart, Question.of(mart, top=1))
    assert [(row["kind"], str(row["saving"])) for row in report.records()] == [
        ("idle network", "30.55"),
        ("2 others", "30.00"),
    ]
    assert report.total == Decimal("60.55")


def test_a_month_that_is_not_over_is_not_scaled(mart: Mart) -> None:
    assert f"The bill reaches to {FIRST}: savings are of these days" in make("advice", mart, Question.of(mart)).notes


def test_of_two_months_a_month_is_half(tmp_path: Path) -> None:
    usage = {"usage_type": "EU-PublicIPv4:IdleAddress"}
    mart = mart_of(tmp_path, [charge(effective="30", day=FIRST.replace(month=month), **usage) for month in (9, 10)])
    report = make("advice", mart, Question.of(mart, "2026-09", "2026-10"))
    assert report.column("arithmetic") == ["(60 USD billed) / 2 months = 30.00"]
    saved(report)


def test_outside_of_a_checkout_the_bill_alone_is_judged(
    mart: Mart,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    report = make("advice", mart, Question.of(mart))
    assert report.total == Decimal("60.55")
    assert any("No checkout was found here" in note for note in report.notes)
