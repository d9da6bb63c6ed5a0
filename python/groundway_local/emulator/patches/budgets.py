"""Budgets: updates, who is notified, and tags."""

import json
from typing import Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.models import Budget
from moto.budgets.responses import BudgetsResponse
from moto.core.utils import unix_time

create_budget = BudgetsResponse.create_budget


def _budget(response: BudgetsResponse) -> Budget:
    wanted = response._get_param("Budget") or response._get_param("NewBudget") or {}
    arn = response._get_param("ResourceARN") or ""
    name = response._get_param("BudgetName") or wanted.get("BudgetName") or arn.rpartition("/")[2]
    account = response._get_param("AccountId") or arn.split(":")[4]
    response.backend.describe_budget(account_id=account, budget_name=name)
    return response.backend.budgets[account][name]


def _notification(response: BudgetsResponse, parameter: str) -> Any:
    details = response._get_param(parameter)
    found = next((n for n in _budget(response).notifications if n.details == details), None)
    if found is None:
        raise NotFoundException("Unable to find the notification")
    return found


def created_budget(self: BudgetsResponse) -> str:
    answer: str = create_budget(self)
    _budget(self).tags = {t["Key"]: t["Value"] for t in self._get_param("ResourceTags") or []}
    return answer


def update_budget(self: BudgetsResponse) -> str:
    budget, new = _budget(self), self._get_param("NewBudget")
    kept = {k: v for k, v in budget.budget.items() if k in ("TimePeriod",)}
    budget.budget = {**kept, **new, "LastUpdatedTime": unix_time()}
    return json.dumps({})


def describe_subscribers_for_notification(self: BudgetsResponse) -> str:
    return json.dumps({"Subscribers": _notification(self, "Notification").subscribers})


def list_tags_for_resource(self: BudgetsResponse) -> str:
    tags = getattr(_budget(self), "tags", {})
    return json.dumps({"ResourceTags": [{"Key": k, "Value": v} for k, v in tags.items()]})


def tag_resource(self: BudgetsResponse) -> str:
    budget = _budget(self)
    new = {t["Key"]: t["Value"] for t in self._get_param("ResourceTags")}
    budget.tags = {**getattr(budget, "tags", {}), **new}
    return json.dumps({})


def untag_resource(self: BudgetsResponse) -> str:
    budget, gone = _budget(self), self._get_param("ResourceTagKeys")
    budget.tags = {k: v for k, v in getattr(budget, "tags", {}).items() if k not in gone}
    return json.dumps({})


def apply() -> None:
    BudgetsResponse.create_budget = created_budget
    for function in (
        update_budget,
        describe_subscribers_for_notification,
        list_tags_for_resource,
        tag_resource,
        untag_resource,
    ):
        setattr(BudgetsResponse, function.__name__, function)
