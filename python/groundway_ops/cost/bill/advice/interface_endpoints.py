"""Interface endpoints that cost more by the hour than NAT would ask for their traffic."""

from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace

from groundway_ops.cost.bill.advice.record import MICRO, Advice, named, number, some
from groundway_ops.cost.bill.advice.scene import Scene, file

KIND = "interface endpoints"
NEEDS = ()
_ENDPOINTS = """
SELECT environment, region, id, any_value(name) AS name, list(team) AS teams, sum(spend) AS spend,
    coalesce(sum(quantity) FILTER (meter = 'VpcEndpoint-Bytes'), 0) AS gb, list(line) AS lines
FROM lines WHERE meter IN ('VpcEndpoint-Hours', 'VpcEndpoint-Bytes') AND id IS NOT NULL
GROUP BY environment, region, id HAVING NOT bool_and(gone) ORDER BY ALL"""


def advise(scene: Scene) -> Iterator[Advice]:
    """Only where a NAT gateway carries the traffic instead: one piece of advice an environment."""
    dear: dict[tuple[str, str, Decimal], list[SimpleNamespace]] = {}
    for found in scene.ask(_ENDPOINTS) if scene.whole else ():
        told = scene.environments.get(found.environment)
        through_nat = scene.usd("nat.processed", found.region)
        if told and told.network.nat != "none" and through_nat and found.spend > found.gb * through_nat:
            place = (found.environment, found.region, through_nat.quantize(MICRO))
            dear.setdefault(place, []).append(found)
    for (environment, _, usd), endpoints in dear.items():
        spend, gb = sum(e.spend for e in endpoints), sum(e.gb for e in endpoints)
        yield Advice(
            kind=KIND,
            what=f"{some(len(endpoints), 'interface endpoint')} of {environment}",
            team=named([team for e in endpoints for team in e.teams]),
            environment=environment,
            saving=spend - gb * usd,
            arithmetic=f"{number(spend)} - {number(gb)} GB x {number(usd)}",
            sure="low" if scene.produces(environment) else "medium",
            how=(
                f"{file(environment)}: network.interface_endpoints: remove "
                f"{', '.join(sorted(e.name or e.id for e in endpoints))}, unless the traffic must stay in the network"
            ),
            rests_on=(
                f"{number(gb)} GB went through them; NAT asks {number(usd)} USD a GB. Endpoints also keep traffic "
                "off the internet and limit it to this account, which is worth money that no bill shows"
            ),
            lines=frozenset(line for e in endpoints for line in e.lines),
        )
