"""Log groups."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step, Via
from groundway_local.provider.tagging import by_arn
from groundway_local.provider.values import State


def _set_retention(api: Api, _prior: State, planned: State) -> None:
    group, days = planned["name"], planned.get("retention_in_days")
    if days:
        api.call("put_retention_policy", logGroupName=group, retentionInDays=int(days))
    else:
        api.call("delete_retention_policy", logGroupName=group)


def _set_key(api: Api, prior: State, planned: State) -> None:
    group, key = planned["name"], planned.get("kms_key_id")
    if not prior:
        return
    if key:
        api.call("associate_kms_key", logGroupName=group, kmsKeyId=key)
    else:
        api.call("disassociate_kms_key", logGroupName=group)


def _arn(answer: dict[str, Any]) -> str | None:
    return str(answer["arn"]).removesuffix(":*") if "arn" in answer else None


def _default_value(transformation: dict[str, Any]) -> str | None:
    """A number that Terraform keeps as text."""
    value = transformation.get("defaultValue")
    return None if value is None else f"{value:g}"


SPECS = {
    "aws_cloudwatch_log_group": Spec(
        "logs",
        "logGroup",
        Op("create_log_group"),
        id="{name}",
        read=(Op("describe_log_groups", {"logGroupNamePrefix": "{id}"}, "logGroups[?logGroupName=='{id}'] | [0]"),),
        update=(Step(("retention_in_days",), _set_retention), Step(("kms_key_id",), _set_key)),
        delete=Op("delete_log_group", {"logGroupName": "{name}"}),
        names={"arn": Via(read=_arn), "deletion_protection_enabled": None},
        computed={"arn": "arn:aws:logs:{region}:{account}:log-group:{name}"},
        defaults={"log_group_class": "STANDARD", "retention_in_days": 0, "skip_destroy": False},
        provider_only=("skip_destroy",),
        prefixed={"name": "name_prefix"},
        tagging=by_arn("list_tags_for_resource", "resourceArn", "tags"),
    ),
    "aws_cloudwatch_log_metric_filter": Spec(
        "logs",
        "filter",
        Op("put_metric_filter"),
        id="{name}",
        import_id="{log_group_name}:{name}",
        read=(
            Op(
                "describe_metric_filters",
                {"logGroupName": "{log_group_name}", "filterNamePrefix": "{name}"},
                "metricFilters[?filterName=='{name}'] | [0]",
            ),
        ),
        update=(Op("put_metric_filter", whole=True),),
        delete=Op("delete_metric_filter", {"logGroupName": "{log_group_name}", "filterName": "{name}"}),
        names={
            **{f"metric_transformation.{a}": f"metric{a.title()}" for a in ("name", "namespace", "value")},
            "metric_transformation.default_value": Via("defaultValue", read=_default_value),
        },
        defaults={"metric_transformation.unit": "None"},
        replace=("log_group_name", "name"),
        support="patched",
    ),
    "aws_cloudwatch_query_definition": Spec(
        "logs",
        "queryDefinition",
        Op("put_query_definition"),
        id="{queryDefinitionId}",
        read=(Op("describe_query_definitions", path="queryDefinitions[?queryDefinitionId=='{id}'] | [0]"),),
        update=(Op("put_query_definition", {"queryDefinitionId": "{id}"}, whole=True),),
        delete=Op("delete_query_definition", {"queryDefinitionId": "{id}"}),
        names={"id": None, "query_definition_id": "queryDefinitionId"},
        support="recorded",
    ),
}
