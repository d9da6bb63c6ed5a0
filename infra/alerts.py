"""Topics that people are told through: encrypted, and writable only by the services that watch this account."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra import iam
from infra.cdk import Construct, aws
from infra.site import Site

# Prometheus rules, budgets, alarms, cost anomalies, databases. Each must also be able to use the topic's key.
PUBLISHERS = (
    "aps.amazonaws.com",
    "budgets.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "costalerts.amazonaws.com",
    "events.rds.amazonaws.com",
)


@dataclass(frozen=True, kw_only=True)
class AlertsProps:
    """`severity` names the topic: `<prefix>-<severity>`."""

    site: Site
    key_arn: str
    emails: Sequence[str]
    severity: str = "alerts"


class Alerts(Construct):
    """One topic. Services of this account may publish, others not."""

    def __init__(self, scope: Construct, id: str, props: AlertsProps) -> None:
        super().__init__(scope, id)
        topic = aws.sns_topic.SnsTopic(
            self,
            "topic",
            name=f"{props.site.prefix}-{props.severity}",
            kms_master_key_id=props.key_arn,
            display_name="Groundway",
        )
        self.topic_arn: str = topic.arn
        account = {"StringEquals": {"aws:SourceAccount": props.site.account}}
        aws.sns_topic_policy.SnsTopicPolicy(
            self,
            "policy",
            arn=topic.arn,
            policy=iam.document(
                iam.allow_service(
                    "Publishers", PUBLISHERS, ["sns:Publish", "sns:GetTopicAttributes"], [topic.arn], account
                ),
                iam.deny_plain_http(["sns:Publish"], [topic.arn]),
            ),
        )
        for i, address in enumerate(props.emails):
            aws.sns_topic_subscription.SnsTopicSubscription(
                self, f"email-{i}", topic_arn=topic.arn, protocol="email", endpoint=address
            )
