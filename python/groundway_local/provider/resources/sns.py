"""Topics, who may publish to them, and who is told."""

from __future__ import annotations

import json

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Arguments, Op, Prepare, Spec, Step, Via
from groundway_local.provider.tagging import by_arn
from groundway_local.provider.values import UNKNOWN, State

_TOPIC_ATTRIBUTES = {
    "archive_policy": "ArchivePolicy",
    "content_based_deduplication": "ContentBasedDeduplication",
    "delivery_policy": "DeliveryPolicy",
    "display_name": "DisplayName",
    "fifo_throughput_scope": "FifoThroughputScope",
    "kms_master_key_id": "KmsMasterKeyId",
    "policy": "Policy",
    "signature_version": "SignatureVersion",
    "tracing_config": "TracingConfig",
}
_SUBSCRIPTION_ATTRIBUTES = {
    "delivery_policy": "DeliveryPolicy",
    "filter_policy": "FilterPolicy",
    "filter_policy_scope": "FilterPolicyScope",
    "raw_message_delivery": "RawMessageDelivery",
    "redrive_policy": "RedrivePolicy",
    "subscription_role_arn": "SubscriptionRoleArn",
}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _changed(names: dict[str, str], prior: State, planned: State) -> dict[str, str]:
    """API attribute to text, for those that are to be other than before."""
    return {
        member: _text(planned.get(name))
        for name, member in names.items()
        if planned.get(name) is not UNKNOWN and planned.get(name) != prior.get(name)
    }


def _set_topic(api: Api, prior: State, planned: State) -> None:
    for member, value in _changed(_TOPIC_ATTRIBUTES, prior, planned).items():
        api.call("set_topic_attributes", TopicArn=planned["id"], AttributeName=member, AttributeValue=value)


def _set_subscription(api: Api, prior: State, planned: State) -> None:
    for member, value in _changed(_SUBSCRIPTION_ATTRIBUTES, prior, planned).items():
        api.call(
            "set_subscription_attributes", SubscriptionArn=planned["id"], AttributeName=member, AttributeValue=value
        )


def _ordered(_api: Api, planned: State, arguments: Arguments) -> None:
    if planned.get("fifo_topic"):
        arguments["Attributes"] = {"FifoTopic": "true"}


def _reset_policy(api: Api, state: State) -> None:
    """Without a policy of its own a topic has AWS's: its account may use it."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:GetTopicAttributes", "SNS:SetTopicAttributes"],
        "Resource": state["arn"],
        "Condition": {"StringEquals": {"AWS:SourceOwner": api.account}},
    }
    policy = json.dumps({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]})
    api.call("set_topic_attributes", TopicArn=state["arn"], AttributeName="Policy", AttributeValue=policy)


_POLICY = {"TopicArn": "{arn}", "AttributeName": "Policy"}

SPECS = {
    "aws_sns_topic": Spec(
        "sns",
        "Topic",
        Op("create_topic"),
        id="{TopicArn}",
        prepare=Prepare(("fifo_topic",), _ordered),
        read=(Op("get_topic_attributes", {"TopicArn": "{id}"}, "Attributes"),),
        update=(Step(tuple(_TOPIC_ATTRIBUTES), _set_topic),),
        delete=Op("delete_topic", {"TopicArn": "{id}"}),
        names={"name": Via("Name", read=lambda a: a["TopicArn"].rpartition(":")[2] if "TopicArn" in a else None)},
        defaults={"content_based_deduplication": False, "fifo_topic": False},
        prefixed={"name": "name_prefix"},
        tagging=by_arn("list_tags_for_resource", "ResourceArn", "Tags"),
    ),
    "aws_sns_topic_policy": Spec(
        "sns",
        "",
        Op("set_topic_attributes", _POLICY),
        id="{arn}",
        read=(Op("get_topic_attributes", {"TopicArn": "{arn}"}, "Attributes"),),
        update=(Op("set_topic_attributes", _POLICY, attrs=("policy",)),),
        before_delete=_reset_policy,
        names={"policy": ("AttributeValue", "Policy")},
        provider_only=("arn",),
        replace=("arn",),
    ),
    "aws_sns_topic_subscription": Spec(
        "sns",
        "Subscription",
        Op("subscribe", {"ReturnSubscriptionArn": True}),
        id="{SubscriptionArn}",
        read=(Op("get_subscription_attributes", {"SubscriptionArn": "{id}"}, "Attributes"),),
        update=(Step(tuple(_SUBSCRIPTION_ATTRIBUTES), _set_subscription),),
        delete=Op("unsubscribe", {"SubscriptionArn": "{id}"}),
        names={"owner_id": "Owner"},
        defaults={
            "confirmation_timeout_in_minutes": 1,
            "endpoint_auto_confirms": False,
            "raw_message_delivery": False,
        },
        provider_only=("confirmation_timeout_in_minutes", "endpoint_auto_confirms"),
    ),
}
