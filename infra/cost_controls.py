"""The monthly budget of an environment."""

from dataclasses import dataclass

from groundway import environment
from infra.cdk import Construct, aws


@dataclass(frozen=True, kw_only=True)
class CostControlsProps:
    prefix: str
    environment: str
    budget: environment.Budget
    topic_arn: str


class CostControls(Construct):
    """Counts what carries the environment's tag; tells the topic at each threshold, and when the forecast passes it."""

    def __init__(self, scope: Construct, id: str, props: CostControlsProps) -> None:
        super().__init__(scope, id)
        budgets = aws.budgets_budget
        budgets.BudgetsBudget(
            self,
            "budget",
            name=f"{props.prefix}-monthly",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(props.budget.monthly_usd),
            limit_unit="USD",
            cost_filter=[
                budgets.BudgetsBudgetCostFilter(name="TagKeyValue", values=[f"user:environment${props.environment}"])
            ],
            notification=[
                *(_notice("ACTUAL", percent, props.topic_arn) for percent in props.budget.thresholds),
                _notice("FORECASTED", 100, props.topic_arn),
            ],
        )


def _notice(kind: str, percent: int, topic_arn: str) -> aws.budgets_budget.BudgetsBudgetNotification:
    return aws.budgets_budget.BudgetsBudgetNotification(
        notification_type=kind,
        comparison_operator="GREATER_THAN",
        threshold=percent,
        threshold_type="PERCENTAGE",
        subscriber_sns_topic_arns=[topic_arn],
    )
