"""Queues, and who may send to them."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Arguments, Op, Prepare, Spec, Step, Tagging, Via
from groundway_local.provider.values import UNKNOWN, State

_ATTRIBUTES = {
    "content_based_deduplication": "ContentBasedDeduplication",
    "deduplication_scope": "DeduplicationScope",
    "delay_seconds": "DelaySeconds",
    "fifo_queue": "FifoQueue",
    "fifo_throughput_limit": "FifoThroughputLimit",
    "kms_data_key_reuse_period_seconds": "KmsDataKeyReusePeriodSeconds",
    "kms_master_key_id": "KmsMasterKeyId",
    "max_message_size": "MaximumMessageSize",
    "message_retention_seconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receive_wait_time_seconds": "ReceiveMessageWaitTimeSeconds",
    "redrive_allow_policy": "RedriveAllowPolicy",
    "redrive_policy": "RedrivePolicy",
    "sqs_managed_sse_enabled": "SqsManagedSseEnabled",
    "visibility_timeout_seconds": "VisibilityTimeout",
}
# AWS takes these for FIFO queues only, even when they say no.
_ORDERED = ("content_based_deduplication", "fifo_queue")
_QUEUE = {"QueueUrl": "{id}"}
_POLICY = {"QueueUrl": "{queue_url}"}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _attributes(_api: Api, planned: State, arguments: Arguments) -> None:
    given = {n: planned.get(n) for n in _ATTRIBUTES if planned.get(n) not in (None, UNKNOWN, "")}
    kept = {n: v for n, v in given.items() if v or n not in _ORDERED}
    arguments["Attributes"] = {_ATTRIBUTES[n]: _text(v) for n, v in kept.items()}


def _set_attributes(api: Api, prior: State, planned: State) -> None:
    if not prior:
        return
    changed = {
        member: _text(planned.get(name))
        for name, member in _ATTRIBUTES.items()
        if planned.get(name) is not UNKNOWN and planned.get(name) != prior.get(name)
    }
    api.call("set_queue_attributes", QueueUrl=planned["id"], Attributes=changed)


def _name(answer: dict[str, Any]) -> str | None:
    return str(answer.get("QueueArn", "")).rpartition(":")[2] or None


def _put_policy(_api: Api, planned: State, arguments: Arguments) -> None:
    arguments["Attributes"] = {"Policy": planned["policy"]}


def _change_policy(api: Api, prior: State, planned: State) -> None:
    if prior:
        api.call("set_queue_attributes", QueueUrl=planned["queue_url"], Attributes={"Policy": planned["policy"]})


SPECS = {
    "aws_sqs_queue": Spec(
        "sqs",
        "Queue",
        Op("create_queue", attrs=("name",)),
        id="{QueueUrl}",
        prepare=Prepare(tuple(_ATTRIBUTES), _attributes),
        read=(Op("get_queue_attributes", {**_QUEUE, "AttributeNames": ["All"]}, "Attributes"),),
        update=(Step(tuple(n for n in _ATTRIBUTES if n != "fifo_queue"), _set_attributes),),
        delete=Op("delete_queue", _QUEUE),
        names={
            **{attribute: Via(member, read=member) for attribute, member in _ATTRIBUTES.items()},
            "name": Via("QueueName", read=_name),
        },
        computed={"url": "{id}"},
        defaults={
            "content_based_deduplication": False,
            "delay_seconds": 0,
            "fifo_queue": False,
            "max_message_size": 262144,
            "message_retention_seconds": 345600,
            "receive_wait_time_seconds": 0,
            "visibility_timeout_seconds": 30,
        },
        prefixed={"name": "name_prefix"},
        tagging=Tagging(
            Op("list_queue_tags", _QUEUE, "Tags"), Op("tag_queue", _QUEUE), Op("untag_queue", _QUEUE), "TagKeys"
        ),
    ),
    "aws_sqs_queue_policy": Spec(
        "sqs",
        "Queue",
        Op("set_queue_attributes", attrs=("queue_url",)),
        id="{queue_url}",
        prepare=Prepare(("policy",), _put_policy),
        read=(Op("get_queue_attributes", {**_POLICY, "AttributeNames": ["Policy"]}, "Attributes"),),
        update=(Step(("policy",), _change_policy),),
        delete=Op("set_queue_attributes", {**_POLICY, "Attributes": {"Policy": ""}}),
        names={"queue_url": "QueueUrl"},
        unread=("queue_url",),
    ),
}
