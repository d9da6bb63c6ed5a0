"""Budgets and who is told when they are used up."""

from __future__ import annotations

import datetime
from typing import Any

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Arguments, Op, Prepare, Spec, Step, Tagging, Via
from groundway_local.provider.values import State

_WHEN = "%Y-%m-%d_%H:%M"  # how Terraform writes a time of a budget
_ARN = {"ResourceARN": "{arn}"}
_NAMED = {"AccountId": "{account}", "BudgetName": "{name}"}
_ACTION = {"AccountId": "{account}", "BudgetName": "{budget_name}", "ActionId": "{action_id}"}
_LIMIT = ("limit_amount", "limit_unit")
_PERIOD = {"time_period_start": "Start", "time_period_end": "End"}
_SUBSCRIBERS = {"subscriber_email_addresses": "EMAIL", "subscriber_sns_topic_arns": "SNS"}
_DETAILS = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")


def _limits(_api: Api, planned: State, arguments: Arguments) -> None:
    budget = arguments["Budget"]
    if planned.get("limit_amount"):
        budget["BudgetLimit"] = {"Amount": planned["limit_amount"], "Unit": planned.get("limit_unit") or "USD"}
    period = {
        member: datetime.datetime.strptime(planned[name], _WHEN).replace(tzinfo=datetime.UTC)
        for name, member in _PERIOD.items()
        if planned.get(name)
    }
    if period:
        budget["TimePeriod"] = period


def _replace_budget(api: Api, prior: State, planned: State) -> None:
    if not prior:
        return
    name = planned["name"]
    budget = api.call("describe_budget", AccountId=api.account, BudgetName=name)["Budget"]
    arguments: Arguments = {"Budget": {k: v for k, v in budget.items() if k in ("BudgetName", "AutoAdjustData")}}
    arguments["Budget"] |= {"BudgetType": planned["budget_type"], "TimeUnit": planned["time_unit"]}
    if planned.get("cost_filter"):
        arguments["Budget"]["CostFilters"] = _write_filters(planned["cost_filter"])
    for block in planned.get("cost_types") or []:
        given = {"".join(w.title() for w in k.split("_")): v for k, v in block.items() if isinstance(v, bool)}
        arguments["Budget"]["CostTypes"] = given
    _limits(api, planned, arguments)
    api.call("update_budget", AccountId=api.account, NewBudget=arguments["Budget"])


def _set_notifications(api: Api, prior: State, planned: State) -> None:
    names = {"AccountId": api.account, "BudgetName": planned["name"]}
    old, new = ([_notification(n) for n in s.get("notification") or []] for s in (prior, planned))
    for notification, subscribers in old:
        if (notification, subscribers) not in new:
            api.call("delete_notification", **names, Notification=notification)
    # those that a create made which was killed before it could say so are there already
    there = [] if prior else api.call("describe_notifications_for_budget", **names).get("Notifications", [])
    made = [{member: n.get(member) for member in _DETAILS} for n in there]
    for notification, subscribers in new:
        if (notification, subscribers) not in old and notification not in made:
            api.call("create_notification", **names, Notification=notification, Subscribers=subscribers)


def _notification(block: State) -> tuple[dict[str, Any], list[dict[str, str]]]:
    details = {
        "NotificationType": block["notification_type"],
        "ComparisonOperator": block["comparison_operator"],
        "Threshold": float(block["threshold"]),
        "ThresholdType": block["threshold_type"],
    }
    subscribers = [
        {"SubscriptionType": kind, "Address": address}
        for name, kind in _SUBSCRIBERS.items()
        for address in sorted(block.get(name) or [])
    ]
    return details, subscribers


def _write_filters(blocks: list[State]) -> dict[str, list[str]]:
    filters: dict[str, list[str]] = {}
    for block in blocks:
        filters.setdefault(block["name"], []).extend(block["values"])
    return filters


def _read_filters(answer: dict[str, Any]) -> list[State]:
    return [{"name": name, "values": values} for name, values in (answer.get("CostFilters") or {}).items()]


def _time(member: str) -> Via:
    def read(answer: dict[str, Any]) -> str | None:
        found = (answer.get("TimePeriod") or {}).get(member)
        return found.astimezone(datetime.UTC).strftime(_WHEN) if found else None

    return Via(read=read)


def _read_notifications(answer: dict[str, Any]) -> list[State]:
    return [
        {
            "notification_type": n["NotificationType"],
            "comparison_operator": n["ComparisonOperator"],
            "threshold": n["Threshold"],
            "threshold_type": n.get("ThresholdType", "PERCENTAGE"),
            **{
                name: [s["Address"] for s in n["Subscribers"] if s["SubscriptionType"] == kind]
                for name, kind in _SUBSCRIBERS.items()
            },
        }
        for n in answer.get("Notifications", [])
    ]


def _with_subscribers(api: Api, answers: dict[str, Any]) -> None:
    """The listing of notifications does not say who is told."""
    names = {"AccountId": api.account, "BudgetName": answers["BudgetName"]}
    for n in answers.get("Notifications", []):
        asked = {
            k: v for k, v in n.items() if k in ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")
        }
        n["Subscribers"] = api.call("describe_subscribers_for_notification", **names, Notification=asked)["Subscribers"]


_TAGGING = Tagging(
    Op("list_tags_for_resource", _ARN, "ResourceTags"),
    Op("tag_resource", _ARN),
    Op("untag_resource", _ARN),
    "ResourceTagKeys",
)
SPECS = {
    "aws_budgets_budget": Spec(
        "budgets",
        "Budget",
        Op("create_budget", {"AccountId": "{account}"}, into="Budget"),
        id="{account}:{name}",
        prepare=Prepare((*_LIMIT, *_PERIOD), _limits),
        read=(
            Op("describe_budget", _NAMED, "Budget"),
            Op("describe_notifications_for_budget", _NAMED),
        ),
        enrich=_with_subscribers,
        update=(
            Step((*_LIMIT, *_PERIOD, "budget_type", "cost_filter", "cost_types", "time_unit"), _replace_budget),
            Step(("notification",), _set_notifications),
        ),
        delete=Op("delete_budget", _NAMED),
        names={
            "account_id": None,
            "cost_filter": Via("CostFilters", write=_write_filters, read=_read_filters),
            "limit_amount": Via(read="BudgetLimit.Amount"),
            "limit_unit": Via(read="BudgetLimit.Unit"),
            "notification": Via(read=_read_notifications),
            "planned_limit": None,
            "time_period_start": _time("Start"),
            "time_period_end": _time("End"),
        },
        computed={"account_id": "{account}", "arn": "arn:aws:budgets::{account}:budget/{name}"},
        defaults={"time_period_end": "2087-06-15_00:00"},
        filled=("cost_types", "auto_adjust_data"),
        prefixed={"name": "name_prefix"},
        tagging=_TAGGING,
        support="patched",
    ),
    "aws_budgets_budget_action": Spec(
        "budgets",
        "Action",
        Op("create_budget_action", {"AccountId": "{account}"}),
        id="{account}:{action_id}:{budget_name}",
        read=(Op("describe_budget_action", _ACTION, "Action"),),
        update=(
            Op(
                "update_budget_action",
                _ACTION,
                attrs=(
                    "action_threshold",
                    "approval_model",
                    "definition",
                    "execution_role_arn",
                    "notification_type",
                    "subscriber",
                ),
                whole=True,
            ),
        ),
        delete=Op("delete_budget_action", _ACTION),
        names={"account_id": None},
        computed={
            "account_id": "{account}",
            "arn": "arn:aws:budgets::{account}:budget/{budget_name}/action/{action_id}",
        },
        volatile=("status",),
        tagging=_TAGGING,
        support="recorded",
    ),
}
