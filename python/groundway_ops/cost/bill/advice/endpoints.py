"""Endpoints and model servers that stand there for hardly any prediction."""

from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace

from groundway_ops.cost.bill.advice.record import Advice, Unjudged, number
from groundway_ops.cost.bill.advice.scene import Scene

KIND = "idle endpoint"
NEEDS = ("predictions",)
# What stands for one model, by day: endpoints of SageMaker each by itself, nodes of a model together.
_STANDING = """
WITH standing AS (
    SELECT *, 'endpoint ' || id AS what FROM lines WHERE meter LIKE 'Host:%' AND service_code = 'AmazonSageMaker'
    UNION ALL
    SELECT *, 'servers of ' || model || ' (' || type || ')' FROM lines
    WHERE regexp_matches(meter, '^(BoxUsage|SpotUsage):') AND model <> 'shared' AND run = 'standing'
), spent AS (
    SELECT what, model, environment, team, min(id) AS id, sum(spend) AS spend, sum(quantity) AS hours,
        list(line) AS lines, bool_or(meter LIKE 'Host:%') AS endpoint, bit_or(days) AS days
    FROM standing GROUP BY what, model, environment, team HAVING NOT bool_and(gone)
), watched AS (
    SELECT environment, day, CAST(day - ? AS INTEGER) AS nth, model, sum(requests) AS requests
    FROM predictions WHERE day BETWEEN ? AND ? GROUP BY ALL
)
"""
_JUDGED = """
SELECT spent.*, bit_count(days) AS standing_days,
    (SELECT count(DISTINCT day) FROM watched w WHERE w.environment = spent.environment AND get_bit(days, w.nth) = 1
        AND NOT EXISTS (FROM watched o WHERE o.environment = w.environment AND o.day = w.day
            AND o.model = spent.model AND o.requests >= ?)) AS idle_days,
    (SELECT coalesce(sum(requests), 0) FROM watched w
        WHERE w.environment = spent.environment AND w.model = spent.model) AS requests,
    EXISTS (FROM watched w WHERE w.environment = spent.environment) AS watched,
    EXISTS (FROM watched w WHERE w.environment = spent.environment AND w.model = spent.model) AS recorded
FROM spent ORDER BY what, environment, team
"""


def advise(scene: Scene) -> Iterator[Advice | Unjudged]:
    """A day counts as idle only if predictions were recorded in the environment on it. Nodes with the tag of a model
    count as its servers only if the model was ever seen to be asked there: they may do other work for it."""
    for found in scene.ask(_STANDING + _JUDGED, scene.days[0], *scene.days, scene.thresholds.few_requests):
        if found.model in (None, "shared"):
            yield Unjudged(f"{found.what}: no tag says which model it serves")
        elif not found.watched:
            yield Unjudged(f"{found.what}: no predictions were recorded in {found.environment or 'its environment'}")
        elif not found.endpoint and not found.recorded:
            yield Unjudged(f"{found.what}: nobody recorded that {found.model} is served in {found.environment}")
        elif found.idle_days >= found.standing_days * scene.thresholds.idle_days:
            yield _advice(scene, found)


def _advice(scene: Scene, found: SimpleNamespace) -> Advice:
    few = scene.thresholds.few_requests
    always = found.idle_days == found.standing_days
    spend = f"{number(found.spend)} USD billed"
    return Advice(
        kind=KIND,
        what=found.what,
        team=found.team,
        environment=found.environment,
        saving=found.spend if always else found.spend * found.idle_days / found.standing_days,
        arithmetic=spend if always else f"{spend} x {found.idle_days} days / {found.standing_days} days",
        sure="high" if always and found.recorded and found.requests == 0 else "medium",
        how=_how(found, always),
        rests_on=(
            f"{number(found.hours)} hours at {number(found.spend / found.hours)} USD; "
            f"{int(Decimal(found.requests)):,} requests to {found.model} in {found.environment}; fewer than {few} on "
            f"{found.idle_days} of {found.standing_days} days. Requests are counted by model: of several endpoints of "
            "one model none is called idle while one works"
        ),
        lines=frozenset(found.lines),
    )


def _how(found: SimpleNamespace, always: bool) -> str:
    if not found.endpoint:
        return f"scale the servers of {found.model} to zero: its pods hold the nodes"
    if always:
        return f"aws sagemaker delete-endpoint --endpoint-name {found.id}"
    return f"let {found.id} scale to zero, or predict in batches: most days have no use for it"
