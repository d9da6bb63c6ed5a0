"""Budgets: actions, which stand by for ever. moto has the budgets themselves."""

from groundway_local.emulator.recorded.table import Asked, Record, Refused, Service, Update


def budget_exists(asked: Asked) -> None:
    from moto.budgets.models import budgets_backends

    name = asked.members["BudgetName"]
    if name not in budgets_backends[asked.account]["aws"].budgets[asked.account]:
        raise Refused("NotFoundException", f"Unable to create the action - the budget {name} does not exist.")


SERVICE = Service(
    "budgets",
    in_regions=False,
    records=(
        Record(
            noun="budget action",
            key="{BudgetName}/{ActionId}",
            create="CreateBudgetAction",
            reads=("DescribeBudgetAction",),
            listings=("DescribeBudgetActionsForBudget", "DescribeBudgetActionsForAccount"),
            updates=(Update("UpdateBudgetAction"),),
            delete="DeleteBudgetAction",
            wraps=("Action", "NewAction"),
            before="OldAction",
            lists="Actions",
            computed={"ActionId": "{uuid}", "Status": "STANDBY"},
            arn="arn:aws:budgets::{account}:budget/{BudgetName}/action/{ActionId}",
            arn_member="ActionArn",
            conflict="DuplicateRecordException",
            not_found="NotFoundException",
            check=budget_exists,
        ),
    ),
)
