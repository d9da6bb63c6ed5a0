"""What advice is given on: the lines of the bill that can be saved on, what the environments say, what things cost."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import duckdb

from groundway.environment import CpuPool, Environment, GpuPool
from groundway.environment.accelerators import ACCELERATORS
from groundway.errors import InvalidInput
from groundway_ops.cost.amounts import HOURS
from groundway_ops.cost.bill.advice.thresholds import Thresholds
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports.question import Question
from groundway_ops.cost.price_book import Price, PriceBook, Purchase

# What a usage type is without the region that it begins with (EUW1-, EU-, none in us-east-1).
METER = "regexp_replace(usage_type, '^[A-Z]{2,4}[0-9]*-', '')"
SAVABLE = (
    r"^((BoxUsage|SpotUsage|UnusedBox|UnusedDed|Host):|NatGateway-(Bytes|Hours)|VpcEndpoint-(Bytes|Hours)"
    r"|(DataProcessing|VendedLog)-Bytes|TimedStorage-ByteHrs|EBS:(VolumeUsage|SnapshotUsage)"
    r"|LoadBalancerUsage|LCUUsage|PublicIPv4:IdleAddress|AmazonEKS-Hours)"
)
LAG = 2  # days by which one service may be billed later than another
OWNER = "team, environment, model, run"
_COLUMNS = {"predictions": "day", "gpus": "CAST(hour AS DATE)", "pods": "CAST(hour AS DATE)", "runs": "started"}


@dataclass(frozen=True)
class Scene:
    """`db` holds the mart's views and `lines`: what was charged in the asked months for one resource, meter (usage
    type without region) and owner; `spend` USD, `quantity` in the meter's unit, `days` on which it was charged, a bit
    for each day of the asked months.
    `gone`: not charged any more when the bill ends, so that nothing is left to do.
    What a commitment (savings plan, reserved instance) covers is no line: it is paid either way.
    `months`: how many of the asked months the mart holds."""

    db: duckdb.DuckDBPyConnection
    question: Question
    environments: Mapping[str, Environment]
    book: PriceBook
    thresholds: Thresholds
    months: int

    def ask(self, sql: str, *values: Any) -> list[SimpleNamespace]:
        """Rows, their columns as attributes."""
        found = self.db.execute(sql, list(values))
        names = [column[0] for column in found.description or []]
        return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in found.fetchall()]

    def holds(self, table: str) -> bool:
        """Whether the mart has anything of `predictions`, `gpus`, `pods` or `runs` in the asked months."""
        return bool(self.ask(f"SELECT 1 FROM {table} WHERE {_COLUMNS[table]} BETWEEN ? AND ? LIMIT 1", *self.days))

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of the asked months."""
        after = (self.question.last.replace(day=28) + timedelta(days=4)).replace(day=1)
        return self.question.first, after - timedelta(days=1)

    @property
    def hours(self) -> Decimal:
        """Of the asked months, 730 each."""
        return HOURS * self.months

    @property
    def spend(self) -> dict[int, Decimal]:
        return {row.line: row.spend for row in self.ask("SELECT line, spend FROM lines")}

    def usd(self, key: str, region: str | None) -> Decimal | None:
        """The price book's price; None where it has none: nothing is advised on a price that nobody knows."""
        try:
            return self.book.price(key, region or "").usd
        except InvalidInput:
            return None

    def node(self, instance_type: str, purchase: Purchase, region: str | None) -> Price | None:
        """USD an hour, likewise."""
        try:
            return self.book.instance(instance_type, purchase, region or "")
        except InvalidInput:
            return None

    @property
    def whole(self) -> bool:
        """Whether all charges of a resource were asked for: else it may seem idle only because of the question."""
        return not self.question.where.keys() & {"usage_type", "day", "pricing", "category", "service"}

    def produces(self, environment: str | None) -> bool:
        """Whether an environment is production; what says of no environment is taken for it."""
        return environment is None or environment in self.thresholds.production

    def pools(self, environment: str | None, instance_type: str) -> list[tuple[str, CpuPool | GpuPool]]:
        """The pools of an environment that may start such nodes, by their key in its file."""
        told = self.environments.get(environment or "")
        if told is None:
            return []
        both = {"cpu_pools": told.cpu_pools, "gpu_pools": told.gpu_pools}
        return [
            (f"{key}.{name}", pool)
            for key, pools in both.items()
            for name, pool in pools.items()  # type: ignore[attr-defined]
            if instance_type in pool.instance_types
        ]


def file(environment: str | None) -> str:
    """Where an environment says what it is."""
    return f"environments/{environment or '<env>'}/environment.yaml"


def _lines(metric: str, condition: str, first: date, last: date) -> str:
    """Whatever is not of a savable meter falls out before it is grouped. A bit for a day takes far less to gather than
    a list of days does."""
    return f"""CREATE TEMP TABLE lines AS
WITH meters AS (
    SELECT usage_type, {METER} AS meter FROM (SELECT DISTINCT usage_type FROM charges WHERE {condition})
    WHERE regexp_matches({METER}, '{SAVABLE}')
), grouped AS (
    SELECT account, region, resource, service_code, pricing, {OWNER}, meter,
        min(json_extract_string(other_tags, '$.Name')) FILTER (meter LIKE 'VpcEndpoint-%') AS name,
        sum({metric}) AS spend, CAST(sum(quantity) AS DECIMAL(28, 6)) AS quantity,
        bitstring_agg(day - DATE '{first}', 0, {(last - first).days})
            FILTER (day BETWEEN DATE '{first}' AND DATE '{last}') AS days, max(day) AS latest
    FROM charges JOIN meters USING (usage_type)
    WHERE {condition} AND currency = 'USD' AND category = 'Usage' AND pricing IS DISTINCT FROM 'Committed'
    GROUP BY ALL HAVING sum({metric}) > 0 AND sum(quantity) > 0
)
SELECT row_number() OVER () AS line, *, coalesce(latest < (
        SELECT max(day) FROM charges WHERE period BETWEEN '{first}' AND '{last}' AND category = 'Usage'
    ) - {LAG}, false) AS gone, regexp_extract(resource, '[^/]+$') AS id,
    regexp_extract(meter, '^[A-Za-z]+:(?:ml\\.)?(.+)$', 1) AS type
FROM grouped"""


@contextmanager
def scene(
    mart: Mart, question: Question, environments: Mapping[str, Environment], book: PriceBook, thresholds: Thresholds
) -> Iterator[Scene]:
    condition, values = question.condition()
    with mart.connect() as db:
        there = Scene(db, question, environments, book, thresholds, months=1)
        db.execute(_lines(question.metric, condition, *there.days), [*values, *values])
        db.execute("CREATE TEMP TABLE accelerators (type VARCHAR, kind VARCHAR, gpus INTEGER)")
        rows = [[name, made.kind, made.count] for name, made in ACCELERATORS.items()]
        db.executemany("INSERT INTO accelerators VALUES (?, ?, ?)", rows)
        found = db.execute("SELECT count(DISTINCT period) FROM charges WHERE period BETWEEN ? AND ?", values[:2])
        months = (found.fetchone() or (0,))[0]
        yield replace(there, months=max(int(months), 1))
