"""Log groups: kept for longer than they should be, and written to a dearer class than they need."""

from collections.abc import Iterator
from types import SimpleNamespace

from groundway_ops.cost.bill.advice.record import Advice, named, number
from groundway_ops.cost.bill.advice.scene import Scene, file
from groundway_ops.cost.pricing.observability import DAYS

KIND = "logs"
NEEDS = ()
# Groups with metric filters, which the infrequent access class has none of: infra/trail_alarms.py, log_questions.py.
FILTERED = ("/trail", "/serving", "/training")
_GROUPS = """
SELECT environment, region, resource, regexp_extract(resource, 'log-group:([^:]+)', 1) AS name, list(team) AS teams,
    coalesce(sum(spend) FILTER (stores), 0) AS kept, coalesce(sum(quantity) FILTER (stores), 0) AS stored,
    coalesce(sum(quantity) FILTER (NOT stores), 0) AS gb, coalesce(sum(spend) FILTER (standard), 0) AS written,
    coalesce(list(line) FILTER (stores), []) AS kept_lines, coalesce(list(line) FILTER (standard), []) AS written_lines
FROM (
    SELECT *, meter = 'TimedStorage-ByteHrs' AS stores, meter = 'DataProcessing-Bytes' AS standard FROM lines
    WHERE service_code = 'AmazonCloudWatch'
        AND meter IN ('TimedStorage-ByteHrs', 'DataProcessing-Bytes', 'VendedLog-Bytes')
) WHERE resource LIKE '%log-group:%' GROUP BY environment, region, resource ORDER BY ALL"""


def advise(scene: Scene) -> Iterator[Advice]:
    for found in scene.ask(_GROUPS):
        told = scene.environments.get(found.environment)
        if told and found.stored:
            yield from _kept(scene, found, told.logs.retention_days)
        if found.written and not found.name.endswith(FILTERED):
            yield _written(scene, found)


def _kept(scene: Scene, found: SimpleNamespace, days: int) -> Iterator[Advice]:
    """A group that holds more than its retention allows has none; a retention may be longer than anybody needs."""
    limits = scene.thresholds
    allowed = found.gb * limits.compressed * days / DAYS  # GB-months: what is written a month, kept for `days`
    shown = f"{number(found.gb)} GB x {number(limits.compressed)} x {days} days / {number(DAYS)} days"
    if found.gb and found.stored > allowed * limits.overdue:
        saving = found.kept * (1 - allowed / found.stored)
        arithmetic = f"{number(found.kept)} x (1 - {shown} / {number(found.stored)} GB)"
        how = f"aws logs put-retention-policy --log-group-name {found.name} --retention-in-days {days}"
        rests = (
            f"{number(found.stored)} GB-months billed where {number(found.gb)} GB were written: if as much was written "
            f"before, {days} days of it, compressed, are {number(allowed)}"
        )
    elif not scene.produces(found.environment) and days > limits.retention_days:
        saving = found.kept * (days - limits.retention_days) / days
        arithmetic = f"{number(found.kept)} x ({days} - {limits.retention_days}) days / {days} days"
        how = f"{file(found.environment)}: logs.retention_days: {limits.retention_days} (is {days})"
        rests = f"{number(found.stored)} GB-months billed, outside production, kept for {days} days"
    else:
        return
    yield Advice(
        kind=KIND,
        what=f"kept: {found.name}",
        team=named(found.teams),
        environment=found.environment,
        saving=saving,
        arithmetic=arithmetic,
        sure="medium",
        how=how,
        rests_on=rests,
        lines=frozenset(found.kept_lines),
    )


def _written(scene: Scene, found: SimpleNamespace) -> Advice:
    share = scene.thresholds.infrequent_logs
    return Advice(
        kind=KIND,
        what=f"written: {found.name}",
        team=named(found.teams),
        environment=found.environment,
        saving=found.written * (1 - share),
        arithmetic=f"{number(found.written)} x (1 - {number(share)})",
        sure="low",
        how=(
            "write less, or make the group anew with log_group_class INFREQUENT_ACCESS (no key of an environment says "
            "it, and its price has to be added to the price book)"
        ),
        rests_on=(
            f"{number(found.gb)} GB written; the infrequent access class asks {number(share)} of that, and has no "
            "metric filters, live tail or subscriptions. The class of a group cannot be changed"
        ),
        lines=frozenset(found.written_lines),
    )
