"""Volumes and snapshots: of a dear kind, of nobody, old."""

from collections.abc import Iterator
from datetime import timedelta

from groundway_ops.cost.bill.advice.record import MICRO, Advice, named, number, some
from groundway_ops.cost.bill.advice.scene import METER, Scene

KIND = "disks"
NEEDS = ()
# An instance of any kind: on demand, spot, dedicated, on a host of one's own.
INSTANCE = f"regexp_matches({METER}, '^(Box|Spot|Dedicated|HostBox|Host)Usage:')"


def advise(scene: Scene) -> Iterator[Advice]:
    yield from _gp2(scene)
    yield from _nobodys(scene)
    yield from _snapshots(scene)


def _gp2(scene: Scene) -> Iterator[Advice]:
    for found in scene.ask(
        "SELECT account, environment, region, list(team) AS teams, sum(spend) AS spend, sum(quantity) AS gb, "
        "count(DISTINCT resource) AS volumes, list(line) AS lines FROM lines "
        "WHERE NOT gone AND meter = 'EBS:VolumeUsage.gp2' GROUP BY account, environment, region ORDER BY ALL"
    ):
        gp3 = scene.usd("ebs.gp3", found.region)
        if gp3 is None or (usd := gp3.quantize(MICRO)) * found.gb >= found.spend:
            continue
        yield Advice(
            kind=KIND,
            what=f"{some(found.volumes, 'gp2 volume')} in {found.account}, {found.region}",
            team=named(found.teams),
            environment=found.environment,
            saving=found.spend - found.gb * usd,
            arithmetic=f"{number(found.spend)} - {number(found.gb)} GB x {number(usd)}",
            sure="high",
            how="aws ec2 modify-volume --volume-type gp3, and a storage class of that type; it stays in use meanwhile",
            rests_on=(
                f"{number(found.gb)} GB-months; gp3 has 3000 IOPS and 125 MB/s in its price: volumes above 1000 GB "
                "may need more, which costs extra"
            ),
            lines=frozenset(found.lines),
        )


def _nobodys(scene: Scene) -> Iterator[Advice]:
    """No bill tells what a volume is attached to. But where no instance ran at all, none was of use to one. Whatever
    was asked for, instances are looked for in the whole bill."""
    for found in scene.ask(
        "SELECT account, environment, region, list(team) AS teams, sum(spend) AS spend, sum(quantity) AS gb, "
        "count(DISTINCT resource) AS volumes, list(line) AS lines FROM lines "
        "WHERE NOT gone AND meter LIKE 'EBS:VolumeUsage%' AND NOT EXISTS (FROM "
        f"(SELECT DISTINCT account, region FROM charges WHERE period BETWEEN ? AND ? AND {INSTANCE}) c "
        "WHERE c.account IS NOT DISTINCT FROM lines.account AND c.region IS NOT DISTINCT FROM lines.region) "
        "GROUP BY account, environment, region ORDER BY ALL",
        scene.question.first,
        scene.question.last,
    ):
        yield Advice(
            kind=KIND,
            what=f"{some(found.volumes, 'volume')} without an instance in {found.account}, {found.region}",
            team=named(found.teams),
            environment=found.environment,
            saving=found.spend,
            arithmetic=f"{number(found.spend)} USD billed",
            sure="medium",
            how="aws ec2 describe-volumes --filters Name=status,Values=available; keep a snapshot, then delete-volume",
            rests_on=f"{number(found.gb)} GB-months; no instance was billed in this account and region at all",
            lines=frozenset(found.lines),
        )


def _snapshots(scene: Scene) -> Iterator[Advice]:
    """Age is counted from the first day that any bill of the mart shows a snapshot."""
    limit = scene.thresholds.old_snapshot_days
    before = scene.days[1] - timedelta(days=limit)
    for found in scene.ask(
        "SELECT account, environment, region, list(team) AS teams, sum(spend) AS spend, sum(quantity) AS gb, "
        "count(DISTINCT resource) AS snapshots, list(line) AS lines FROM lines "
        "WHERE NOT gone AND meter = 'EBS:SnapshotUsage' AND resource IN "
        "(SELECT resource FROM charges WHERE usage_type LIKE '%EBS:SnapshotUsage' AND day <= ?) "
        "GROUP BY account, environment, region ORDER BY ALL",
        before,
    ):
        yield Advice(
            kind=KIND,
            what=f"{some(found.snapshots, 'old snapshot')} in {found.account}, {found.region}",
            team=named(found.teams),
            environment=found.environment,
            saving=found.spend,
            arithmetic=f"{number(found.spend)} USD billed",
            sure="low",
            how="aws ec2 describe-snapshots --owner-ids self, then aws ec2 delete-snapshot for what nobody restores",
            rests_on=(
                f"{number(found.gb)} GB-months of snapshots billed since {before} or before. Where later snapshots "
                "share their blocks, less is saved"
            ),
            lines=frozenset(found.lines),
        )
