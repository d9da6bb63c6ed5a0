"""Addresses and load balancers that nobody uses."""

from collections.abc import Iterator

from groundway_ops.cost.bill.advice.record import Advice, named, number, some
from groundway_ops.cost.bill.advice.scene import Scene

KIND = "idle network"
NEEDS = ()


def advise(scene: Scene) -> Iterator[Advice]:
    yield from _addresses(scene)
    if scene.whole:
        yield from _load_balancers(scene)


def _addresses(scene: Scene) -> Iterator[Advice]:
    for found in scene.ask(
        "SELECT account, environment, region, list(team) AS teams, sum(spend) AS spend, sum(quantity) AS hours, "
        "count(DISTINCT resource) AS addresses, list(line) AS lines FROM lines "
        "WHERE NOT gone AND meter = 'PublicIPv4:IdleAddress' GROUP BY account, environment, region ORDER BY ALL"
    ):
        yield Advice(
            kind=KIND,
            what=f"{some(found.addresses, 'idle IPv4')} in {found.account}, {found.region}",
            team=named(found.teams),
            environment=found.environment,
            saving=found.spend,
            arithmetic=f"{number(found.spend)} USD billed",
            sure="high",
            how="aws ec2 describe-addresses --query 'Addresses[?AssociationId==null]', then aws ec2 release-address",
            rests_on=f"{number(found.hours)} hours billed as idle",
            lines=frozenset(found.lines),
        )


def _load_balancers(scene: Scene) -> Iterator[Advice]:
    """AWS bills capacity units beside the hours. Other lines of a load balancer that is gone go with it."""
    for found in scene.ask(
        "SELECT resource, id, environment, list(team) AS teams, sum(spend) AS spend, list(line) AS lines, "
        "sum(quantity) FILTER (meter = 'LoadBalancerUsage') AS hours, "
        "coalesce(sum(quantity) FILTER (meter <> 'LoadBalancerUsage'), 0) AS units FROM lines "
        "WHERE meter IN ('LoadBalancerUsage', 'LCUUsage') OR (meter = 'DataProcessing-Bytes' AND "
        "resource LIKE '%:loadbalancer/%') GROUP BY resource, id, environment "
        "HAVING bool_or(meter = 'LoadBalancerUsage' AND NOT gone) AND resource IS NOT NULL ORDER BY ALL"
    ):
        if found.units < found.hours * scene.thresholds.idle_units:
            yield Advice(
                kind=KIND,
                what=f"load balancer {found.resource.partition('loadbalancer/')[2] or found.id}",
                team=named(found.teams),
                environment=found.environment,
                saving=found.spend,
                arithmetic=f"{number(found.spend)} USD billed",
                sure="medium",
                how="delete the Service or Ingress in the cluster that asks for it (kubectl get service,ingress -A)",
                rests_on=f"{number(found.units)} capacity units in {number(found.hours)} hours",
                lines=frozenset(found.lines),
            )
