"""What databases stand on: subnets, parameters, and who is told of their events."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step, Via
from groundway_local.provider.tagging import by_arn
from groundway_local.provider.values import State

TAGGING = by_arn(
    "list_tags_for_resource", "ResourceName", "TagList", tag="add_tags_to_resource", untag="remove_tags_from_resource"
)
_SUBNETS = {"DBSubnetGroupName": "{name}"}
_PARAMETERS = {"DBParameterGroupName": "{name}"}
_SUBSCRIPTION = {"SubscriptionName": "{name}"}
_AT_ONCE = 20  # parameters that one call takes


def _set_parameters(api: Api, prior: State, planned: State) -> None:
    old, new = ([_parameter(p) for p in s.get("parameter") or []] for s in (prior, planned))
    named = {p["ParameterName"] for p in new}
    gone = [{k: p[k] for k in ("ParameterName", "ApplyMethod")} for p in old if p["ParameterName"] not in named]
    changed = [p for p in new if p not in old]
    for operation, parameters in (("reset_db_parameter_group", gone), ("modify_db_parameter_group", changed)):
        for i in range(0, len(parameters), _AT_ONCE):
            some = parameters[i : i + _AT_ONCE]
            api.call(operation, DBParameterGroupName=planned["name"], Parameters=some)


def _parameter(block: State) -> dict[str, str]:
    method = block.get("apply_method") or "immediate"
    return {"ParameterName": block["name"], "ParameterValue": block["value"], "ApplyMethod": method}


def _read_parameters(answer: dict[str, Any]) -> list[State]:
    return [
        {"name": p["ParameterName"], "value": p["ParameterValue"], "apply_method": p["ApplyMethod"]}
        for p in answer.get("Parameters", [])
    ]


def _set_sources(api: Api, prior: State, planned: State) -> None:
    if not prior:
        return
    old, new = set(prior.get("source_ids") or []), set(planned.get("source_ids") or [])
    for operation, sources in (
        ("add_source_identifier_to_subscription", new - old),
        ("remove_source_identifier_from_subscription", old - new),
    ):
        for source in sorted(sources):
            api.call(operation, SubscriptionName=planned["name"], SourceIdentifier=source)


SPECS = {
    "aws_db_subnet_group": Spec(
        "rds",
        "DBSubnetGroup",
        Op("create_db_subnet_group"),
        id="{name}",
        read=(Op("describe_db_subnet_groups", {"DBSubnetGroupName": "{id}"}, "DBSubnetGroups[0]"),),
        update=(Op("modify_db_subnet_group", _SUBNETS, attrs=("description", "subnet_ids")),),
        delete=Op("delete_db_subnet_group", _SUBNETS),
        names={
            "subnet_ids": Via("SubnetIds", read="Subnets[].SubnetIdentifier"),
            "supported_network_types": "SupportedNetworkTypes",
        },
        defaults={"description": "Managed by Terraform"},
        prefixed={"name": "name_prefix"},
        tagging=TAGGING,
        support="patched",
    ),
    "aws_db_parameter_group": Spec(
        "rds",
        "DBParameterGroup",
        Op("create_db_parameter_group"),
        id="{name}",
        read=(
            Op("describe_db_parameter_groups", {"DBParameterGroupName": "{id}"}, "DBParameterGroups[0]"),
            Op("describe_db_parameters", {"DBParameterGroupName": "{id}", "Source": "user"}),
        ),
        update=(Step(("parameter",), _set_parameters),),
        delete=Op("delete_db_parameter_group", _PARAMETERS),
        names={"description": "Description", "parameter": Via(read=_read_parameters)},
        defaults={"description": "Managed by Terraform", "parameter.apply_method": "immediate", "skip_destroy": False},
        provider_only=("skip_destroy",),
        prefixed={"name": "name_prefix"},
        tagging=TAGGING,
        support="patched",
    ),
    "aws_db_event_subscription": Spec(
        "rds",
        "EventSubscription",
        Op("create_event_subscription"),
        id="{name}",
        read=(Op("describe_event_subscriptions", {"SubscriptionName": "{id}"}, "EventSubscriptionsList[0]"),),
        update=(
            Op(
                "modify_event_subscription",
                _SUBSCRIPTION,
                attrs=("enabled", "event_categories", "sns_topic", "source_type"),
            ),
            Step(("source_ids",), _set_sources),
        ),
        delete=Op("delete_event_subscription", _SUBSCRIPTION),
        names={
            "event_categories": ("EventCategories", "EventCategoriesList"),
            "name": ("SubscriptionName", "CustSubscriptionId"),
            "sns_topic": "SnsTopicArn",
            "source_ids": ("SourceIds", "SourceIdsList"),
        },
        defaults={"enabled": True},
        prefixed={"name": "name_prefix"},
        tagging=TAGGING,
        support="patched",
    ),
}
