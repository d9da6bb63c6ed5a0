"""Advice on endpoints, reservations, support, addresses, disks and buckets: with the money, and not without cause."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from advice_bill import advised, daily, evaluated, predictions, saved
from small_bill import TAGGED, charge

SERVES = {"model": "delays"}
ENDPOINT = "arn:aws:sagemaker:eu-west-1:333333333333:endpoint/delays"
SAGEMAKER = {"service": "Amazon SageMaker", "service_code": "AmazonSageMaker"}
HOST = "EU-Host:ml.m5.xlarge"


def endpoint(**tags: str) -> list[dict]:
    return daily(HOST, ENDPOINT, "6.2", 24.0, tags={**SERVES, **tags}, **SAGEMAKER)


def test_an_endpoint_that_nobody_asks_is_all_saved(tmp_path: Path) -> None:
    report = advised(tmp_path, endpoint(), predictions=predictions(0))
    assert saved(report) == {("idle endpoint", "endpoint delays"): "192.20"}
    (row,) = report.records()
    assert (row["sure"], row["team"], row["environment"]) == ("high", "demand", "prod")
    assert row["how"] == "aws sagemaker delete-endpoint --endpoint-name delays"
    assert report.total == Decimal("192.20")


def test_an_endpoint_of_a_model_that_was_never_recorded_is_less_sure(tmp_path: Path) -> None:
    assert advised(tmp_path, endpoint(), predictions=predictions(5, model="other")).column("sure") == ["medium"]


def test_an_endpoint_at_work_on_few_days_saves_the_others(tmp_path: Path) -> None:
    worked = predictions(500, days=10) + predictions(9, days=31, model="delays")[10:]
    assert saved(advised(tmp_path, endpoint(), predictions=worked)) == {
        ("idle endpoint", "endpoint delays"): "130.20"  # 192.20 x 21 / 31
    }


@pytest.mark.parametrize(
    ("requests", "days"), [pytest.param(10, 31, id="a few every day"), pytest.param(500, 16, id="more than half")]
)
def test_a_busy_endpoint_stays(tmp_path: Path, requests: int, days: int) -> None:
    worked = predictions(requests, days=days) + predictions(0)[days:]
    assert saved(advised(tmp_path, endpoint(), predictions=worked)) == {}


def test_what_nobody_counted_is_not_idle(tmp_path: Path) -> None:
    report = advised(tmp_path / "none", endpoint())
    assert report.rows == ()
    assert any("idle endpoint: not looked for, the mart holds no predictions" in note for note in report.notes)
    elsewhere = advised(tmp_path / "elsewhere", endpoint(), predictions=predictions(0, environment="dev"))
    assert elsewhere.rows == ()
    assert any("endpoint delays: no predictions were recorded in prod" in note for note in elsewhere.notes)
    stopped = advised(tmp_path / "stopped", endpoint(), predictions=predictions(0, days=15))
    assert stopped.rows == (), "on 16 of 31 days nobody counted"


def test_what_is_gone_already_is_not_advised_on(tmp_path: Path) -> None:
    """Charged until the 10th; the bill goes on until the 12th (it may come late), or until the 31st."""

    def of(until: int) -> dict[tuple[str, str], str]:
        deleted = [line for line in endpoint() if line["day"].day <= 10]
        address = daily("EU-PublicIPv4:IdleAddress", "eipalloc-1", "0.12", 24.0, days=10)
        others = daily("EU-Requests-Tier1", "bucket", "1", 1.0, days=until)
        return saved(advised(tmp_path / str(until), [*deleted, *address, *others], predictions=predictions(0)))

    assert set(of(12).values()) == {"62.00", "1.20"}
    assert of(31) == {}


def test_an_endpoint_that_names_no_model_is_told_of(tmp_path: Path) -> None:
    report = advised(tmp_path, endpoint(model="shared"), predictions=predictions(0))
    assert report.rows == ()
    assert "endpoint delays: no tag says which model it serves" in report.notes


def test_nodes_that_serve_one_model_are_judged_together(tmp_path: Path) -> None:
    nodes = [
        line for node in ("i-1", "i-2") for line in daily("EU-BoxUsage:g5.xlarge", node, "26.95", 24.0, tags=SERVES)
    ]
    assert saved(advised(tmp_path / "idle", nodes, predictions=predictions(0))) == {
        ("idle endpoint", "servers of delays (g5.xlarge)"): "1670.90"
    }
    assert saved(advised(tmp_path / "busy", nodes, predictions=predictions(100))) == {}
    other = advised(tmp_path / "other", nodes, predictions=predictions(0, model="other"))
    assert saved(other) == {}, "they may do other work for the model"
    assert "servers of delays (g5.xlarge): nobody recorded that delays is served in prod" in other.notes


def test_a_reservation_that_stands_empty(tmp_path: Path) -> None:
    cr = "arn:aws:ec2:eu-west-1:333333333333:capacity-reservation/cr-0123456789abcdef0"
    unused = daily("EU-UnusedBox:g6.2xlarge", cr, "13.08", 12.0)
    used = daily("EU-BoxUsage:g6.2xlarge", "i-1", "13.08", 12.0)
    free = daily("EU-Reservation:g6.2xlarge", cr, "0", 12.0)
    report = advised(tmp_path / "empty", unused + used + free)
    assert saved(report) == {
        ("unused reservation", "reservation cr-0123456789abcdef0 of g6.2xlarge"): "405.48"  # 31 x 13.08
    }
    assert "environments/prod/environment.yaml: gpu_pools.l4.reservation.instances" in report.column("how")[0]
    assert saved(advised(tmp_path / "full", used + free)) == {}


@pytest.mark.parametrize(
    ("lines", "saving"),
    [
        pytest.param(("perCluster", "2.4", "extendedSupport", "12"), "372.00", id="beside the cluster's hours"),
        pytest.param(("perCluster", "0", "extendedSupport", "14.4"), "372.00", id="alone, with them in it"),
        pytest.param(("perCluster", "2.4", "extendedSupport", "0"), None, id="standard support"),
    ],
)
def test_extended_support(tmp_path: Path, lines: tuple[str, ...], saving: str | None) -> None:
    cluster = "arn:aws:eks:eu-west-1:333333333333:cluster/groundway-prod"
    eks = {"service": "Amazon Elastic Kubernetes Service", "service_code": "AmazonEKS"}
    charges = [
        line
        for kind, amount in zip(lines[::2], lines[1::2], strict=True)
        for line in daily(f"EU-AmazonEKS-Hours:{kind}", cluster, amount, 24.0, **eks)
    ]
    expected = {("extended support", "cluster groundway-prod"): saving} if saving else {}
    assert saved(advised(tmp_path, charges)) == expected


def test_addresses_and_load_balancers(tmp_path: Path) -> None:
    balancer = "arn:aws:elasticloadbalancing:eu-west-1:333333333333:loadbalancer/app/{}/50dc6c495c0c9188"
    charges = [
        *daily("EU-PublicIPv4:IdleAddress", "arn:aws:ec2:eu-west-1:1:elastic-ip/eipalloc-1", "0.12", 24.0),
        *daily("EU-PublicIPv4:InUseAddress", "arn:aws:ec2:eu-west-1:1:elastic-ip/eipalloc-2", "0.12", 24.0),
        *daily("EU-LoadBalancerUsage", balancer.format("idle"), "0.6", 24.0),
        *daily("EU-LCUUsage", balancer.format("idle"), "0.01", 0.1),
        *daily("EU-LoadBalancerUsage", balancer.format("busy"), "0.6", 24.0),
        *daily("EU-LCUUsage", balancer.format("busy"), "0.2", 24.0),
    ]
    assert saved(advised(tmp_path, charges)) == {
        ("idle network", "1 idle IPv4 in 111111111111, eu-west-1"): "3.72",
        ("idle network", "load balancer app/idle/50dc6c495c0c9188"): "18.91",
    }
    hours_only = {"where": {"usage-type": "EU-LoadBalancerUsage"}}
    assert saved(advised(tmp_path / "narrow", charges, asked=hours_only)) == {}, "what it served was not asked for"


def test_disks(tmp_path: Path) -> None:
    nodes = daily("EU-BoxUsage:m7i.large", "i-1", "2.7", 24.0)
    gp2 = daily("EU-EBS:VolumeUsage.gp2", "vol-1", "0.44", 4.0)  # 0.11 a GB-month; gp3 is 0.088
    gp3 = daily("EU-EBS:VolumeUsage.gp3", "vol-2", "0.352", 4.0)
    assert saved(advised(tmp_path / "attached", nodes + gp2 + gp3)) == {
        ("disks", "1 gp2 volume in 111111111111, eu-west-1"): "2.72"  # 31 x (0.44 - 4 x 0.088)
    }
    alone = advised(tmp_path / "alone", gp2 + gp3 + endpoint())
    assert saved(alone) == {("disks", "2 volumes without an instance in 111111111111, eu-west-1"): "24.55"}
    assert any("1 more piece of advice on charges that are counted above" in note for note in alone.notes)
    disks_only = {"where": {"usage-type": "EU-EBS:VolumeUsage.gp3"}}
    assert saved(advised(tmp_path / "narrow", nodes + gp3, asked=disks_only)) == {}, "the instance is in the bill"


def test_old_snapshots(tmp_path: Path) -> None:
    snap = "arn:aws:ec2:eu-west-1:1:snapshot/snap-{}"
    old = daily("EU-EBS:SnapshotUsage", snap.format(1), "0.1", 2.0)
    new = daily("EU-EBS:SnapshotUsage", snap.format(2), "0.1", 2.0)
    once = daily("EU-EBS:SnapshotUsage", snap.format(1), "0.1", 2.0, days=1, first=date(2026, 7, 1))
    assert saved(advised(tmp_path, old + new + once)) == {
        ("disks", "1 old snapshot in 111111111111, eu-west-1"): "3.10"
    }


@pytest.mark.parametrize(
    ("second", "saving"),
    [
        pytest.param((4600, "105.8"), "10.50", id="grows"),  # 46 x (1 - 125 / 230) / 2 months
        pytest.param((2000, "46"), None, id="as large as before"),
    ],
)
def test_buckets(tmp_path: Path, second: tuple[float, str], saving: str | None) -> None:
    s3 = {"service": "Amazon Simple Storage Service", "service_code": "AmazonS3", "tags": TAGGED}
    usage = {"usage_type": "EU-TimedStorage-ByteHrs", "resource": "groundway-prod-data", **s3}
    charges = [
        charge(day=date(2026, 9, 1), quantity=2000.0, effective="46", **usage),
        charge(day=date(2026, 10, 1), quantity=float(second[0]), effective=second[1], **usage),
    ]
    expected = {("growing bucket", "bucket groundway-prod-data"): saving} if saving else {}
    assert saved(advised(tmp_path / "two", charges, first="2026-09")) == expected
    assert saved(advised(tmp_path / "one", charges)) == {}, "of one month nothing can be said"


def test_arithmetic_that_is_wrong_is_found() -> None:
    assert evaluated("744 h x (1.5 - 0.5) = 744") == 744
    with pytest.raises(AssertionError):
        evaluated("744 h x $1 = 744")
