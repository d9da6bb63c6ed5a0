"""Budgets: what is spent of them, who is told, and what starts nothing new any more when one is used up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from infra import iam
from infra.cdk import Construct, Fn, aws
from infra.identity import Role, RoleProps
from infra.site import Site

FORECAST = 100  # percent at which the forecast is told
# What starts something that costs by the hour. What runs already goes on, is read, logged and stopped as before.
STARTS = (
    "ec2:CreateFleet",
    "ec2:RunInstances",
    "ec2:StartInstances",
    "sagemaker:CreateAutoMLJob*",
    "sagemaker:CreateCluster",
    "sagemaker:CreateEndpoint",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateNotebookInstance",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateTransformJob",
    "sagemaker:StartNotebookInstance",
    "sagemaker:StartPipelineExecution",
)


@dataclass(frozen=True, kw_only=True)
class BudgetProps:
    """`filters`: what counts, as AWS Budgets names it: dimension -> value. Several dimensions must all hold; several
    values of one dimension would be alternatives."""

    name: str
    monthly_usd: Decimal
    filters: Mapping[str, str]
    thresholds: Sequence[int]
    topic_arn: str


def budget(scope: Construct, id: str, props: BudgetProps) -> aws.budgets_budget.BudgetsBudget:
    """A monthly budget that tells the topic at each threshold, and when the forecast passes it."""
    budgets = aws.budgets_budget
    return budgets.BudgetsBudget(
        scope,
        id,
        name=props.name,
        budget_type="COST",
        time_unit="MONTHLY",
        limit_amount=str(props.monthly_usd),
        limit_unit="USD",
        cost_filter=[
            budgets.BudgetsBudgetCostFilter(name=dimension, values=[value])
            for dimension, value in props.filters.items()
        ],
        notification=[
            *(_notice("ACTUAL", percent, props.topic_arn) for percent in props.thresholds),
            _notice("FORECASTED", FORECAST, props.topic_arn),
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


@dataclass(frozen=True, kw_only=True)
class StopProps:
    """`role_arns`: who starts nothing new from `percent` of the budget on; `by_itself`: without somebody's approval."""

    site: Site
    boundary_arn: str
    budget_name: str
    percent: int
    by_itself: bool
    role_arns: Sequence[str]
    topic_arn: str


class Stop(Construct):
    """The brake: a policy that denies what costs, and the budget action that attaches it to roles.

    It comes off when somebody of ops reverses the action.
    """

    def __init__(self, scope: Construct, id: str, props: StopProps) -> None:
        super().__init__(scope, id)
        policy = aws.iam_policy.IamPolicy(
            self,
            "policy",
            name=f"{props.site.prefix}-spending-stopped",
            description="The budget is used up: nothing new may start",
            policy=iam.document({"Sid": "StartNothing", "Effect": "Deny", "Action": list(STARTS), "Resource": ["*"]}),
        )
        execution = Role(
            self,
            "identity",
            RoleProps(
                site=props.site,
                name=f"{props.site.prefix}-budget-stop",
                description="AWS Budgets attaches and detaches the policy that stops spending",
                trust=[iam.trust(["budgets.amazonaws.com"], props.site.account)],
                boundary_arn=props.boundary_arn,
                statements=[
                    iam.allow(
                        "AttachTheStop",
                        ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
                        props.role_arns,
                        {"ArnEquals": {"iam:PolicyARN": policy.arn}},
                    )
                ],
            ),
        )
        action = aws.budgets_budget_action
        iam_action = action.BudgetsBudgetActionDefinitionIamActionDefinition(
            policy_arn=policy.arn, roles=[_name(arn) for arn in props.role_arns]
        )
        action.BudgetsBudgetAction(
            self,
            "action",
            budget_name=props.budget_name,
            action_type="APPLY_IAM_POLICY",
            approval_model="AUTOMATIC" if props.by_itself else "MANUAL",
            notification_type="ACTUAL",
            execution_role_arn=execution.arn,
            action_threshold=action.BudgetsBudgetActionActionThreshold(
                action_threshold_type="PERCENTAGE", action_threshold_value=props.percent
            ),
            definition=action.BudgetsBudgetActionDefinition(iam_action_definition=iam_action),
            subscriber=[action.BudgetsBudgetActionSubscriber(address=props.topic_arn, subscription_type="SNS")],
            depends_on=execution.ready,
        )


def _name(role_arn: str) -> str:
    """The name in a role's ARN, which is known only when the role is made."""
    return str(Fn.element(Fn.split("/", role_arn), 1))
