"""The queue through which Karpenter hears that a node will be taken away, in time to move its pods."""

import json
from typing import Any

from infra import iam
from infra.cdk import Construct, aws

_EC2 = {"source": ["aws.ec2"]}
EVENTS: dict[str, dict[str, Any]] = {
    "spot-interruption": {**_EC2, "detail-type": ["EC2 Spot Instance Interruption Warning"]},
    "rebalance": {**_EC2, "detail-type": ["EC2 Instance Rebalance Recommendation"]},
    "state-change": {**_EC2, "detail-type": ["EC2 Instance State-change Notification"]},
    "reservation-interruption": {
        **_EC2,
        "detail-type": ["EC2 Capacity Reservation Instance Interruption Warning"],
    },
    "scheduled-change": {
        "source": ["aws.health"],
        "detail-type": ["AWS Health Event"],
        "detail": {"service": ["EC2"], "eventTypeCategory": ["scheduledChange"]},
    },
}
# A warning comes two minutes ahead; later than five it is of no use to anybody.
SECONDS = 300


class Interruptions(Construct):
    """A queue, the rules that fill it, and nobody else who may. Messages name instances and carry no data.

    Encrypted with the key of SQS: with a key of our own EventBridge would need a statement in that key's policy, for
    which events are no secret.
    """

    def __init__(self, scope: Construct, id: str, name: str) -> None:
        super().__init__(scope, id)
        queue = aws.sqs_queue.SqsQueue(
            self,
            "queue",
            name=name,
            message_retention_seconds=SECONDS,
            sqs_managed_sse_enabled=True,
        )
        rules = [self._rule(key, f"{name}-{key}", pattern, queue.arn) for key, pattern in EVENTS.items()]
        aws.sqs_queue_policy.SqsQueuePolicy(
            self,
            "policy",
            queue_url=queue.url,
            policy=iam.document(
                iam.allow_service(
                    "OurRulesSend",
                    ["events.amazonaws.com"],
                    ["sqs:SendMessage"],
                    [queue.arn],
                    {"ArnEquals": {"aws:SourceArn": [rule.arn for rule in rules]}},
                ),
                iam.deny_plain_http(["sqs:*"], [queue.arn]),
            ),
        )
        self.name: str = queue.name
        self.arn: str = queue.arn

    def _rule(
        self, key: str, name: str, pattern: dict[str, Any], queue_arn: str
    ) -> aws.cloudwatch_event_rule.CloudwatchEventRule:
        [kind] = pattern["detail-type"]
        rule = aws.cloudwatch_event_rule.CloudwatchEventRule(
            self, key, name=name, description=f"To Karpenter: {kind}", event_pattern=json.dumps(pattern)
        )
        target = aws.cloudwatch_event_target
        target.CloudwatchEventTarget(
            self,
            f"{key}-target",
            rule=rule.name,
            target_id="karpenter",
            arn=queue_arn,
            retry_policy=target.CloudwatchEventTargetRetryPolicy(
                maximum_event_age_in_seconds=SECONDS, maximum_retry_attempts=10
            ),
        )
        return rule
