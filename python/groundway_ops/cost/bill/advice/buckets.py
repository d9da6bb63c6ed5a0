"""Buckets that keep growing in the standard class."""

from collections.abc import Iterator

from groundway_ops.cost.bill.advice.record import Advice, named, number
from groundway_ops.cost.bill.advice.scene import METER, Scene

KIND = "growing bucket"
NEEDS = ()


def advise(scene: Scene) -> Iterator[Advice]:
    """What the bucket held in the first month, and kept, is older than 30 days in all later ones: infrequent access
    may have it. Nothing can be said of one month."""
    condition, values = scene.question.condition()
    share = scene.thresholds.infrequent_objects
    for found in scene.ask(_monthly(scene.question.metric, condition), *values):
        grows = found.least >= found.first and found.last >= found.first * scene.thresholds.growing
        if not grows or not found.lines:
            continue
        later = found.months - 1
        yield Advice(
            kind=KIND,
            what=f"bucket {found.resource.rpartition(':')[2]}",
            team=named(found.teams),
            environment=found.environment,
            saving=found.spend * found.first * later / found.gb * (1 - share),
            arithmetic=(
                f"{number(found.spend)} x {number(found.first)} GB x {later} months / {number(found.gb)} "
                f"x (1 - {number(share)})"
            ),
            sure="low",
            how="infra: BucketProps.tier_days, or BucketProps.expire for what nobody needs again",
            rests_on=(
                f"{number(found.first)} GB-months in the first month, {number(found.last)} in the last, all of it in "
                f"the standard class; infrequent access asks {number(share)} of that, and more for every read. Who "
                "reads what, the bill does not tell"
            ),
            lines=frozenset(found.lines),
        )


def _monthly(metric: str, condition: str) -> str:
    return f"""WITH monthly AS (
    SELECT environment, region, resource, period, sum({metric}) AS spend, sum(quantity) AS gb,
        list(DISTINCT team) AS teams
    FROM charges WHERE {condition} AND service_code = 'AmazonS3' AND {METER} = 'TimedStorage-ByteHrs'
        AND currency = 'USD' AND category = 'Usage' AND resource IS NOT NULL
    GROUP BY environment, region, resource, period HAVING sum(quantity) > 0 AND sum({metric}) > 0
)
SELECT environment, region, resource, count(*) AS months, flatten(list(teams)) AS teams,
    CAST(arg_min(gb, period) AS DECIMAL(28, 6)) AS first, CAST(arg_max(gb, period) AS DECIMAL(28, 6)) AS last,
    CAST(min(gb) AS DECIMAL(28, 6)) AS least, sum(spend) AS spend, CAST(sum(gb) AS DECIMAL(28, 6)) AS gb,
    (SELECT list(line) FROM lines l WHERE l.resource = monthly.resource AND l.meter = 'TimedStorage-ByteHrs'
        AND l.service_code = 'AmazonS3' AND l.environment IS NOT DISTINCT FROM monthly.environment
        AND l.region IS NOT DISTINCT FROM monthly.region) AS lines
FROM monthly GROUP BY environment, region, resource HAVING count(*) >= 2 ORDER BY ALL"""
