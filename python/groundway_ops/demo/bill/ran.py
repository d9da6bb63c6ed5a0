"""What was used and no Terraform resource stands for: training runs, the server of a model, a disk nobody tagged.

And what a bill has besides: tax and credits. What is assumed of these stands in capitals.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from groundway.environment import Environment
from groundway_ops.cost.bill.activity.runs import started
from groundway_ops.cost.price_book import PriceBook
from groundway_ops.demo.bill.days import Calendar, share
from groundway_ops.demo.bill.focus import next_month
from groundway_ops.demo.bill.meters import meter
from groundway_ops.demo.bill.usage import Used, rounded

TRAINED_ON, SERVED_ON = "ml.m5.xlarge", "ml.m5.large"  # as if SageMaker had done what a process here did
MINUTES = 60  # of a bill for a minute of the demo: it trains in seconds what takes minutes
DISK_GB = Decimal(200)
VAT, CREDIT = Decimal("0.20"), Decimal(-25)  # of a month


@dataclass(frozen=True, slots=True)
class Run:
    """A training run. `name` is what its tag `run` says."""

    name: str
    day: date
    seconds: Decimal
    tags: Mapping[str, str]


def run(tags: Mapping[str, str], registered: datetime, ended: datetime) -> Run:
    """A run as the registry knows it: from before it was `registered`. Both times are of UTC, without a zone."""
    begun = started(tags["run"], registered)
    return Run(tags["run"], begun.date(), Decimal(str((ended - begun).total_seconds())), tags)


@dataclass(frozen=True)
class Ran:
    environment: Environment
    book: PriceBook
    calendar: Calendar

    def training(self, runs: Iterable[Run]) -> Iterator[Used]:
        for one in runs:
            hours = rounded(one.seconds * MINUTES / 3600)
            told = f"{one.seconds:.1f} s of the demo, charged as {one.seconds:.1f} min"
            yield self._sagemaker(
                "training_job", f"training-job/{one.name}", TRAINED_ON, hours, told, one.day, one.tags
            )

    def serving(self, model: str, tags: Mapping[str, str]) -> Iterator[Used]:
        """An endpoint of one instance, all day."""
        name = f"endpoint/{self.environment.prefix}-{model}"
        for day in self.calendar.days:
            yield self._sagemaker("endpoint", name, SERVED_ON, Decimal(24), "serving", day, tags)

    def forgotten_disk(self) -> Iterator[Used]:
        """A volume without tags, attached to nothing."""
        named, price = meter("volume", "disks, gp3"), self.book.price("ebs.gp3", self.environment.region).usd
        id = "vol-" + hashlib.sha256(self.environment.account.encode()).hexdigest()[:17]
        for day in self.calendar.days:
            yield Used(
                day=day,
                service=named.service,
                service_name=named.service_name,
                service_category=named.category,
                usage_type=named.named(self.environment.region, {}),
                operation=named.operation,
                description=f"${price.normalize():f} per GB-month: a volume without tags",
                resource=id,
                quantity=rounded(DISK_GB * share(day, "GB-month")),
                unit="GB-month",
                price=price,
                list_price=price,
            )

    def _sagemaker(
        self, kind: str, name: str, type_: str, hours: Decimal, told: str, day: date, tags: Mapping[str, str]
    ) -> Used:
        environment, named = self.environment, meter(kind, "instances")
        price = self.book.sagemaker(type_, environment.region).usd
        return Used(
            day=day,
            service=named.service,
            service_name=named.service_name,
            service_category=named.category,
            usage_type=named.named(environment.region, {}, type_),
            operation=named.operation,
            description=f"${price.normalize():f} per hour of {type_}: {told}",
            resource=f"arn:{environment.partition}:sagemaker:{environment.region}:{environment.account}:{name}",
            quantity=hours,
            unit="hour",
            price=price,
            list_price=price,
            tags=tags,
        )


def month_end(charged: Iterable[Used], credited: bool) -> Iterator[Used]:
    """Tax on what was used in each month; with `credited`, a credit in each."""
    months: dict[date, Decimal] = {}
    for one in charged:
        month = one.day.replace(day=1)
        months[month] = months.get(month, Decimal(0)) + one.cost
    for month, cost in months.items():
        yield _once(month, "Tax", f"VAT of {VAT:.0%}, simulated", rounded(cost * VAT))
        if credited:
            yield _once(month, "Credit", "Promotional credit, simulated", CREDIT)


def _once(month: date, category: str, description: str, amount: Decimal) -> Used:
    """For the whole of a month."""
    return Used(
        day=month,
        service=f"AWS{category}",
        service_name=category,
        service_category="Other",
        usage_type="",
        operation="",
        description=description,
        resource=None,
        quantity=Decimal(1),
        unit="",
        price=amount,
        list_price=amount,
        category=category,
        end=next_month(month),
    )
