"""Cost Explorer: who looks for anomalies, who is told, which tags appear on the bill."""

from __future__ import annotations

import json
from typing import Any

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Arguments, Op, Prepare, Spec, Step, Tagging, Via
from groundway_local.provider.values import State

_ARN = {"ResourceArn": "{arn}"}
_TAGGING = Tagging(
    Op("list_tags_for_resource", _ARN, "ResourceTags"),
    Op("tag_resource", _ARN),
    Op("untag_resource", _ARN),
    "ResourceTagKeys",
)
_TAG = {"TagKeys": ["{tag_key}"], "Type": "UserDefined"}
# Terraform's text of an expression names every member, as null when it is not set.
_EXPRESSION = ("And", "CostCategories", "Dimensions", "Not", "Or", "Tags")
_VALUES = ("Key", "MatchOptions", "Values")


def _write_expression(text: str) -> Any:
    return _without_null(json.loads(text))


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_null(v) for k, v in value.items() if v is not None}
    return [_without_null(v) for v in value] if isinstance(value, list) else value


def _read_expression(answer: dict[str, Any]) -> str | None:
    found = answer.get("MonitorSpecification")
    return json.dumps(_with_null(found)) if found else None


def _with_null(expression: dict[str, Any]) -> dict[str, Any]:
    out = {**dict.fromkeys(_EXPRESSION), **expression}
    for name in ("CostCategories", "Dimensions", "Tags"):
        if out[name] is not None:
            out[name] = {**dict.fromkeys(_VALUES), **out[name]}
    for name in ("And", "Or"):
        out[name] = out[name] and [_with_null(e) for e in out[name]]
    out["Not"] = out["Not"] and _with_null(out["Not"])
    return out


def _given(_api: Api, planned: State, arguments: Arguments) -> None:
    arguments["CostAllocationTagsStatus"] = [{"TagKey": planned["tag_key"], "Status": planned["status"]}]


def _set_status(api: Api, _prior: State, planned: State) -> None:
    _switch(api, planned["tag_key"], planned["status"])


def _switch(api: Api, key: str, status: str) -> None:
    api.call("update_cost_allocation_tags_status", CostAllocationTagsStatus=[{"TagKey": key, "Status": status}])


SPECS = {
    "aws_ce_anomaly_monitor": Spec(
        "ce",
        "Monitor",
        Op("create_anomaly_monitor", into="AnomalyMonitor"),
        id="{MonitorArn}",
        read=(Op("get_anomaly_monitors", {"MonitorArnList": ["{id}"]}, "AnomalyMonitors[0]"),),
        update=(Op("update_anomaly_monitor", {"MonitorArn": "{id}"}, attrs=("name",)),),
        names={"monitor_specification": Via("MonitorSpecification", write=_write_expression, read=_read_expression)},
        delete=Op("delete_anomaly_monitor", {"MonitorArn": "{id}"}),
        tagging=_TAGGING,
        support="recorded",
    ),
    "aws_ce_anomaly_subscription": Spec(
        "ce",
        "Subscription",
        Op("create_anomaly_subscription", into="AnomalySubscription"),
        id="{SubscriptionArn}",
        read=(Op("get_anomaly_subscriptions", {"SubscriptionArnList": ["{id}"]}, "AnomalySubscriptions[0]"),),
        update=(
            Op(
                "update_anomaly_subscription",
                {"SubscriptionArn": "{id}"},
                attrs=("frequency", "monitor_arn_list", "subscriber", "threshold_expression"),
                whole=True,
            ),
        ),
        delete=Op("delete_anomaly_subscription", {"SubscriptionArn": "{id}"}),
        names={"account_id": None, "threshold_expression.dimension": "Dimensions"},
        computed={"account_id": "{account}"},
        replace=("name",),
        tagging=_TAGGING,
        support="recorded",
    ),
    "aws_ce_cost_allocation_tag": Spec(
        "ce",
        "",
        Op("update_cost_allocation_tags_status"),
        id="{tag_key}",
        prepare=Prepare(("tag_key", "status"), _given),
        # One that is switched off is gone: AWS remembers the key for ever.
        read=(Op("list_cost_allocation_tags", _TAG, "CostAllocationTags[?Status=='Active'] | [0]"),),
        update=(Step(("status",), _set_status),),
        before_delete=lambda api, state: _switch(api, state["tag_key"], "Inactive"),
        replace=("tag_key",),
        computed={"type": "UserDefined"},
        support="recorded",
    ),
}
