"""Ten weeks of a small platform, with everything in them that a report tells: a GPU node that is half idle, a training
run a week, an endpoint and its predictions, a credit and a tax, what carries no tags or a wrong one, and one bad day.

Made of rules, so that a day is the same on every machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from small_bill import TAGGED, charge, mart_of

from groundway_ops.cost.bill.mart import Mart

FIRST, LAST = date(2026, 9, 1), date(2026, 11, 12)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
BAD_DAY = date(2026, 10, 20)
NODE, ENDPOINT = "i-0a1b2c3d4e5f60718", "arn:aws:sagemaker:eu-west-1:111111111111:endpoint/flights-delay"

PLATFORM = TAGGED | {"team": "ml-platform", "project": "groundway", "owner": "ml-platform", "cost_center": "cc-1003"}
DEMAND = TAGGED | {"model": "store-demand", "cost_center": "cc-2001"}
FLIGHTS = TAGGED | {
    "team": "network-operations",
    "project": "punctuality",
    "model": "flights-delay",
    "owner": "network-operations",
    "cost_center": "cc-4200",
}
WRONG = DEMAND | {"team": "Demand"}  # as somebody wrote it by hand


@dataclass(frozen=True)
class Line:
    """What is charged each day: `quantity` units at `price`, from the first month's day on that is given."""

    tags: dict[str, str]
    service: str
    code: str
    usage: str
    resource: str
    unit: str
    quantity: str
    price: str
    since: date = FIRST


EC2, S3 = ("Amazon Elastic Compute Cloud", "AmazonEC2"), ("Amazon Simple Storage Service", "AmazonS3")
LINES = (
    Line(DEMAND, *EC2, "EUW1-BoxUsage:g5.2xlarge", NODE, "Hrs", "24", "1.353"),
    Line(PLATFORM, *EC2, "EUW1-BoxUsage:m7i.xlarge", "i-0b2c3d4e5f6071829", "Hrs", "48", "0.2247"),
    Line(PLATFORM, "Amazon Elastic Kubernetes Service", "AmazonEKS", "EUW1-AmazonEKS-Hours:perCluster",
         "arn:aws:eks:eu-west-1:111111111111:cluster/prod", "Hours", "24", "0.10"),
    Line(PLATFORM, "Amazon Virtual Private Cloud", "AmazonVPC", "EUW1-NatGateway-Hours",
         "arn:aws:ec2:eu-west-1:111111111111:natgateway/nat-0c3d4e5f60718293a", "Hrs", "24", "0.048"),
    Line(FLIGHTS, "Amazon SageMaker", "AmazonSageMaker", "EUW1-Host:ml.m5.large", ENDPOINT, "Hrs", "48", "0.128"),
    Line(FLIGHTS, *S3, "EUW1-TimedStorage-ByteHrs", "features-prod", "GB-Mo", "12.5", "0.023"),
    Line(WRONG, *S3, "EUW1-TimedStorage-ByteHrs", "scratch-by-hand", "GB-Mo", "41.3", "0.023"),
    Line({}, *EC2, "EUW1-EBS:VolumeUsage.gp3", "vol-0d4e5f60718293a4b", "GB-Mo", "16.6667", "0.088"),
    Line({}, *EC2, "EUW1-BoxUsage:t3.large", "i-0e5f60718293a4b5c", "Hrs", "24", "0.0912", date(2026, 10, 12)),
)  # fmt: skip
TRAINING = [day for day in DAYS if day.weekday() == 0]


def whole(folder: Path) -> Mart:
    """The mart of it. About three seconds."""
    return mart_of(
        folder,
        list(charges()),
        runs=[run(day) for day in TRAINING],
        predictions=list(predictions()),
        gpus=list(_gpus()),
        pods=list(_pods()),
    )


def charges() -> Iterator[dict[str, Any]]:
    for day in DAYS:
        for line in LINES:
            if day >= line.since:
                yield _charged(line, day)
        if day in TRAINING:
            tags = FLIGHTS | {"run": run(day)["run"]}
            job = f"arn:aws:sagemaker:eu-west-1:111111111111:training-job/{tags['run']}"
            yield _charged(
                Line(tags, "Amazon SageMaker", "AmazonSageMaker", "EUW1-Train:ml.g5.xlarge", job, "Hrs", "2", "1.57"),
                day,
            )
    traffic = Line(PLATFORM, "Amazon Virtual Private Cloud", "AmazonVPC", "EUW1-NatGateway-Bytes", LINES[3].resource,
                   "GB", "", "0.048")  # fmt: skip
    for day in DAYS:
        yield _charged(traffic, day, Decimal(2400 if day == BAD_DAY else 60 + 5 * day.weekday()))
    for month in (FIRST, date(2026, 10, 1)):
        credit = {"category": "Credit", "service": "Amazon SageMaker", "usage_type": None, "resource": None}
        yield charge({}, day=month, effective="-25", list="0", description="Credit for SageMaker", **credit)
        yield charge({}, day=month, effective="9.87", category="Tax", service="Tax", usage_type=None, resource=None)


def _charged(line: Line, day: date, quantity: Decimal | None = None) -> dict[str, Any]:
    used = Decimal(line.quantity) if quantity is None else quantity
    said = {"service": line.service, "service_code": line.code, "usage_type": line.usage, "resource": line.resource}
    amount = used * Decimal(line.price)
    return charge(line.tags, day=day, effective=amount, quantity=float(used), unit=line.unit, **said)


def owner(tags: dict[str, str]) -> dict[str, str]:
    return {name: tags[name] for name in ("team", "project", "model", "environment")}


def run(day: date) -> dict[str, Any]:
    started = datetime(day.year, day.month, day.day, 3)
    ended = started + timedelta(hours=2)
    return {"run": f"delay-{day:%m%d}", **owner(FLIGHTS), "started": started, "ended": ended, "status": "FINISHED"}


def predictions() -> Iterator[dict[str, Any]]:
    for day in DAYS:
        asked = 4000 + 250 * day.weekday()
        yield {"day": day, **owner(FLIGHTS), "version": "3", "requests": asked, "rows": 12 * asked}
        yield {"day": day, **owner(DEMAND), "version": "7", "requests": 48, "rows": 60_000}  # a batch each half hour


def _hours() -> Iterator[datetime]:
    for day in DAYS:
        for hour in range(24):
            yield datetime(day.year, day.month, day.day, hour)


def _gpus() -> Iterator[dict[str, Any]]:
    """Busy at night, idle in the morning, nobody's in the afternoon."""
    for hour in _hours():
        used = dict.fromkeys(("useful", "underused", "idle", "unallocated", "unknown"), 0.0)
        if hour.hour < 12:
            used |= {"useful": 0.75, "underused": 0.25} if hour.hour < 8 else {"idle": 1.0}
            yield {
                "hour": hour,
                "instance": NODE,
                "gpu": "0",
                **owner(DEMAND),
                "run": "standing",
                "hours": 1.0,
                **used,
            }
        else:
            used["unallocated"] = 1.0
            yield {"hour": hour, "instance": NODE, "gpu": "0", "hours": 1.0, **used}


def _pods() -> Iterator[dict[str, Any]]:
    node = {"instance": NODE, "node_gpus": 1.0, "node_cpus": 8.0, "node_memory_gb": 32.0}
    for hour in _hours():
        if hour.hour < 12:
            had = {"gpus": 1.0, "cpus": 4.0, "memory_gb": 16.0}
            yield {"hour": hour, **node, "namespace": "demand", "pod": "store-demand-0", **owner(DEMAND), **had}
        else:
            yield {"hour": hour, **node}
