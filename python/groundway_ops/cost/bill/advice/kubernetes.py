"""Clusters whose Kubernetes version has left standard support."""

from collections.abc import Iterator
from decimal import Decimal

from groundway_ops.cost.bill.advice.record import Advice, named, number
from groundway_ops.cost.bill.advice.scene import Scene, file

KIND = "extended support"
NEEDS = ()


def advise(scene: Scene) -> Iterator[Advice]:
    """Extended support is billed beside the hours of the cluster, at 0.50 USD; where it stands alone, those hours are
    in it and stay."""
    for found in scene.ask(
        "SELECT environment, region, id, list(team) AS teams, sum(spend) FILTER (extended) AS spend, "
        "sum(quantity) FILTER (extended) AS hours, coalesce(sum(quantity) FILTER (NOT extended), 0) AS standard, "
        "list(line) FILTER (extended) AS lines "
        "FROM (SELECT *, meter ILIKE '%:%extended%' AS extended FROM lines "
        "WHERE NOT gone AND meter LIKE 'AmazonEKS-Hours:%') "
        "GROUP BY environment, region, id HAVING bool_or(extended) ORDER BY ALL"
    ):
        alone = max(found.hours - found.standard, Decimal(0))
        price = scene.usd("eks.cluster", found.region) or found.spend / found.hours
        told = scene.environments.get(found.environment)
        yield Advice(
            kind=KIND,
            what=f"cluster {found.id}",
            team=named(found.teams),
            environment=found.environment,
            saving=found.spend - alone * price,
            arithmetic=f"{number(found.spend)} USD billed"
            + (f" - {number(alone)} h x {number(price)}" if alone else ""),
            sure="high",
            how=f"{file(found.environment)}: cluster.version" + (f" (is {told.cluster.version})" if told else ""),
            rests_on=f"{number(found.hours)} hours billed as extended support",
            lines=frozenset(found.lines),
        )
