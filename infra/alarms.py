"""Alarms of CloudWatch: one metric that passes a limit, and one that sums up others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra.cdk import Construct, aws


@dataclass(frozen=True, kw_only=True, eq=False)
class Watch:
    """One metric and when it is wrong: `limit` passed (`above`, or else below) in `periods` periods of `seconds`.

    `outage`: the platform is down while it lasts, so it is part of the alarm that pages.
    """

    name: str
    meaning: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    limit: float
    above: bool = True
    seconds: int = 300
    periods: int = 3
    outage: bool = False


def alarm(
    scope: Construct, prefix: str, watch: Watch, topic_arn: str
) -> aws.cloudwatch_metric_alarm.CloudwatchMetricAlarm:
    """The alarm `<prefix>-<name>`, which tells the topic when it begins and when it is over."""
    return aws.cloudwatch_metric_alarm.CloudwatchMetricAlarm(
        scope,
        watch.name,
        alarm_name=f"{prefix}-{watch.name}",
        alarm_description=watch.meaning,
        namespace=watch.namespace,
        metric_name=watch.metric,
        dimensions=dict(watch.dimensions),
        statistic=watch.statistic,
        comparison_operator="GreaterThanThreshold" if watch.above else "LessThanThreshold",
        threshold=watch.limit,
        period=watch.seconds,
        evaluation_periods=watch.periods,
        treat_missing_data="notBreaching",
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
    )


def any_of(scope: Construct, name: str, meaning: str, alarms: Sequence[str], topic_arn: str) -> None:
    """One alarm for several, by their names: it tells the topic once, however many of them go off."""
    aws.cloudwatch_composite_alarm.CloudwatchCompositeAlarm(
        scope,
        "down",
        alarm_name=name,
        alarm_description=meaning,
        alarm_rule=" OR ".join(f'ALARM("{alarm}")' for alarm in alarms),
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
    )
