"""Unexpected spending: what AWS learns to expect, by service and of this environment, and who is told of the rest."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from infra.cdk import Construct, aws
from infra.site import Site

IMPACT = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
UNUSED = ("And", "CostCategories", "Dimensions", "Not", "Or")  # AWS answers them as null, and Terraform compares


@dataclass(frozen=True, kw_only=True)
class AnomaliesProps:
    """`by_service`: an account can have one such monitor. `tags`: the activated ones; without any, only services are
    looked at. `usd`: the impact from which somebody is told."""

    site: Site
    by_service: bool
    tags: Sequence[aws.ce_cost_allocation_tag.CeCostAllocationTag]
    usd: Decimal
    topic_arn: str


class Anomalies(Construct):
    def __init__(self, scope: Construct, id: str, props: AnomaliesProps) -> None:
        super().__init__(scope, id)
        monitors = []
        if props.by_service:
            monitors.append(
                aws.ce_anomaly_monitor.CeAnomalyMonitor(
                    self,
                    "services",
                    name=f"{props.site.prefix}-services",
                    monitor_type="DIMENSIONAL",
                    monitor_dimension="SERVICE",
                )
            )
        if props.tags:
            monitors.append(
                aws.ce_anomaly_monitor.CeAnomalyMonitor(
                    self,
                    "environment",
                    name=f"{props.site.prefix}-environment",
                    monitor_type="CUSTOM",
                    monitor_specification=_tagged("environment", props.site.environment),
                    depends_on=list(props.tags),
                )
            )
        if monitors:
            self._tell(props, [m.arn for m in monitors])

    def _tell(self, props: AnomaliesProps, monitors: list[str]) -> None:
        subscription = aws.ce_anomaly_subscription
        dimension = subscription.CeAnomalySubscriptionThresholdExpressionDimension(
            key=IMPACT, match_options=["GREATER_THAN_OR_EQUAL"], values=[str(props.usd)]
        )
        subscription.CeAnomalySubscription(
            self,
            "subscription",
            name=f"{props.site.prefix}-anomalies",
            frequency="IMMEDIATE",
            monitor_arn_list=monitors,
            subscriber=[subscription.CeAnomalySubscriptionSubscriber(type="SNS", address=props.topic_arn)],
            threshold_expression=subscription.CeAnomalySubscriptionThresholdExpression(dimension=dimension),
        )


def _tagged(key: str, value: str) -> str:
    tags = {"Key": key, "MatchOptions": None, "Values": [value]}
    return json.dumps({**dict.fromkeys(UNUSED), "Tags": tags}, separators=(",", ":"))
