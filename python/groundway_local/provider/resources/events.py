"""EventBridge: which events matter, and where they go."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Arguments, Op, Prepare, Spec, Step
from groundway_local.provider.tagging import by_arn
from groundway_local.provider.values import State

_RULE = {"Name": "{name}", "EventBusName": "{event_bus_name}"}
_TARGET = {"Rule": "{rule}", "EventBusName": "{event_bus_name}"}
_PLAIN = {"target_id": "Id", "arn": "Arn", "input": "Input", "input_path": "InputPath", "role_arn": "RoleArn"}
_BLOCKS: dict[str, tuple[str, dict[str, str]]] = {
    "dead_letter_config": ("DeadLetterConfig", {"arn": "Arn"}),
    "input_transformer": ("InputTransformer", {"input_paths": "InputPathsMap", "input_template": "InputTemplate"}),
    "retry_policy": (
        "RetryPolicy",
        {
            "maximum_event_age_in_seconds": "MaximumEventAgeInSeconds",
            "maximum_retry_attempts": "MaximumRetryAttempts",
        },
    ),
    "sqs_target": ("SqsParameters", {"message_group_id": "MessageGroupId"}),
}
_SENT = (*_PLAIN, *_BLOCKS)


def _target(planned: State) -> Arguments:
    """The one target of a resource, as the API takes a list of them."""
    out: Arguments = {m: planned[a] for a, m in _PLAIN.items() if planned.get(a) is not None}
    for name, (member, inner) in _BLOCKS.items():
        for block in planned.get(name) or []:
            out[member] = {m: block[a] for a, m in inner.items() if block.get(a) is not None}
    return out


def _put(_api: Api, planned: State, arguments: Arguments) -> None:
    arguments["Targets"] = [_target(planned)]


def _put_again(api: Api, prior: State, planned: State) -> None:
    if prior:
        rule = {"Rule": planned["rule"], "EventBusName": planned["event_bus_name"]}
        api.call("put_targets", **rule, Targets=[_target(planned)])


def _block_names() -> dict[str, Any]:
    inner = {f"{name}.{a}": m for name, (_, members) in _BLOCKS.items() for a, m in members.items()}
    return {**{name: member for name, (member, _) in _BLOCKS.items()}, **inner}


SPECS = {
    "aws_cloudwatch_event_rule": Spec(
        "events",
        "Rule",
        Op("put_rule"),
        id="{name}",
        import_id="{event_bus_name}/{name}",
        read=(Op("describe_rule", _RULE),),
        update=(
            Op(
                "put_rule",
                _RULE,
                attrs=("description", "event_pattern", "role_arn", "schedule_expression", "state"),
                whole=True,
            ),
        ),
        delete=Op("delete_rule", _RULE),
        names={"is_enabled": None},
        defaults={"event_bus_name": "default", "force_destroy": False, "state": "ENABLED"},
        replace=("name", "event_bus_name"),
        provider_only=("force_destroy",),
        prefixed={"name": "name_prefix"},
        tagging=by_arn("list_tags_for_resource", "ResourceARN", "Tags"),
    ),
    "aws_cloudwatch_event_target": Spec(
        "events",
        "",
        Op("put_targets", attrs=("rule", "event_bus_name")),
        id="{rule}-{target_id}",
        import_id="{event_bus_name}/{rule}/{target_id}",
        prepare=Prepare(_SENT, _put),
        read=(Op("list_targets_by_rule", _TARGET, "Targets[?Id=='{target_id}'] | [0]"),),
        update=(Step(tuple(n for n in _SENT if n != "target_id"), _put_again),),
        delete=Op("remove_targets", {**_TARGET, "Ids": ["{target_id}"]}),
        names={**_PLAIN, **_block_names()},
        defaults={"event_bus_name": "default", "force_destroy": False},
        replace=("rule", "event_bus_name"),
        provider_only=("force_destroy",),
        unread=("rule", "event_bus_name"),
    ),
}
