"""NAT gateways: one in each zone where one would do, and traffic that an interface endpoint carries for less."""

from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace

from groundway_ops.cost.bill.advice.record import MICRO, Advice, Unjudged, named, number
from groundway_ops.cost.bill.advice.scene import Scene, file

KIND = "NAT gateway"
NEEDS = ()
_GATEWAYS = """
SELECT environment, region, list(team) AS teams, count(DISTINCT resource) AS gateways,
    coalesce(sum(spend) FILTER (meter = 'NatGateway-Hours'), 0) AS hourly,
    coalesce(sum(spend) FILTER (meter = 'NatGateway-Bytes'), 0) AS processed,
    coalesce(sum(quantity) FILTER (meter = 'NatGateway-Bytes'), 0) AS gb,
    coalesce(list(line) FILTER (meter = 'NatGateway-Hours'), []) AS hour_lines,
    coalesce(list(line) FILTER (meter = 'NatGateway-Bytes'), []) AS byte_lines
FROM lines WHERE meter LIKE 'NatGateway-%'
    AND resource IN (SELECT resource FROM lines WHERE meter = 'NatGateway-Hours' AND NOT gone)
GROUP BY environment, region ORDER BY ALL"""


def advise(scene: Scene) -> Iterator[Advice | Unjudged]:
    for found in scene.ask(_GATEWAYS):
        if found.gateways > 1 and not scene.produces(found.environment):
            yield from _one_gateway(scene, found)
        if found.gb and found.environment in scene.environments:
            yield from _endpoint_for_logs(scene, found)
            yield from _elsewhere(scene, found)


def _one_gateway(scene: Scene, found: SimpleNamespace) -> Iterator[Advice]:
    """What other zones send to the gateway that stays crosses a zone both ways."""
    crossing = scene.usd("transfer.zone", found.region)
    if crossing is None:
        return
    gone, each = found.gateways - 1, number(2 * crossing)
    extra = found.gb * gone / found.gateways * 2 * crossing
    if extra >= found.hourly * gone / found.gateways:
        return
    yield Advice(
        kind=KIND,
        what=f"{found.gateways} NAT gateways of {found.environment}",
        team=named(found.teams),
        environment=found.environment,
        saving=found.hourly * gone / found.gateways - extra,
        arithmetic=f"({number(found.hourly)} - {number(found.gb)} GB x {each}) x {gone} / {found.gateways}",
        sure="high",
        how=f"{file(found.environment)}: network.nat: single",
        rests_on=(
            f"{found.gateways} gateways billed by the hour outside production; {number(found.gb)} GB went through "
            "them evenly; when the zone of the one that stays is lost, the others have no way out"
        ),
        lines=frozenset(found.hour_lines),
    )


def _endpoint_for_logs(scene: Scene, found: SimpleNamespace) -> Iterator[Advice]:
    """Of all services the bill tells only for CloudWatch Logs how much was sent to it: it bills each GB written."""
    network = scene.environments[found.environment].network
    if "logs" in network.interface_endpoints:
        return
    hour, each = scene.usd("endpoint.hour", found.region), scene.usd("endpoint.processed", found.region)
    if hour is None or each is None:
        return
    written = scene.ask(
        "SELECT coalesce(sum(quantity), 0) AS gb FROM lines WHERE service_code = 'AmazonCloudWatch' "
        "AND meter = 'DataProcessing-Bytes' AND environment = ? AND region = ?",
        found.environment,
        found.region,
    )[0].gb
    gb, rate, zones = min(written, found.gb), (found.processed / found.gb).quantize(MICRO), network.zones
    hourly = hour.quantize(MICRO)
    saving = gb * (rate - each) - zones * scene.hours * hourly
    if saving > 0:
        yield Advice(
            kind=KIND,
            what=f"logs of {found.environment} through NAT",
            team=named(found.teams),
            environment=found.environment,
            saving=saving,
            arithmetic=(
                f"{number(gb)} GB x ({number(rate)} - {number(each)}) "
                f"- {zones} zones x {number(scene.hours)} h x {number(hourly)}"
            ),
            sure="low",
            how=f"{file(found.environment)}: network.interface_endpoints: add logs",
            rests_on=(
                f"{number(written)} GB written to CloudWatch Logs, {number(found.gb)} GB through NAT: at most "
                f"{number(gb)} GB went there. It pays from {_break_even(scene, found, hourly, rate - each)} GB a month"
            ),
            lines=frozenset(found.byte_lines),
        )


def _elsewhere(scene: Scene, found: SimpleNamespace) -> Iterator[Unjudged]:
    """Where the traffic went, no bill says; from how much an endpoint pays, it does."""
    hour, each = scene.usd("endpoint.hour", found.region), scene.usd("endpoint.processed", found.region)
    if hour is None or each is None:
        return
    pays = _break_even(scene, found, hour, found.processed / found.gb - each)
    if pays is not None and found.gb / scene.months > pays:
        yield Unjudged(
            f"{found.environment}: {found.gb / scene.months:,.0f} GB a month through NAT; an interface endpoint pays "
            f"from {pays:,} GB a month to its service. The bill does not tell which services these are; flow logs do. "
            "S3 and DynamoDB have gateway endpoints, which are free"
        )


def _break_even(scene: Scene, found: SimpleNamespace, hour: Decimal, difference: Decimal) -> int | None:
    """GB a month of one service from which on its endpoint is cheaper; None if it never is."""
    zones = scene.environments[found.environment].network.zones
    return int(zones * scene.hours / scene.months * hour / difference) + 1 if difference > 0 else None
