"""The monthly budgets of an environment and of its teams, and the brake."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundway import environment
from infra.budgets import BudgetProps, Stop, StopProps, budget
from infra.cdk import Construct
from infra.site import Site


@dataclass(frozen=True, kw_only=True)
class CostControlsProps:
    """`stopped_role_arns`: who starts nothing new when the budget's `stop_at` is reached."""

    site: Site
    budget: environment.Budget
    topic_arn: str
    boundary_arn: str
    stopped_role_arns: Sequence[str]


class CostControls(Construct):
    """The environment's budget counts what carries its tag; a team's, what carries the team's tag in this account."""

    def __init__(self, scope: Construct, id: str, props: CostControlsProps) -> None:
        super().__init__(scope, id)
        given = props.budget
        whole = BudgetProps(
            name=f"{props.site.prefix}-monthly",
            monthly_usd=given.monthly_usd,
            filters={"TagKeyValue": f"user:environment${props.site.environment}"},
            thresholds=given.thresholds,
            topic_arn=props.topic_arn,
        )
        total = budget(self, "budget", whole)
        for team, monthly_usd in given.teams.items():
            part = BudgetProps(
                name=f"{props.site.prefix}-{team}-monthly",
                monthly_usd=monthly_usd,
                filters={"TagKeyValue": f"user:team${team}", "LinkedAccount": props.site.account},
                thresholds=given.thresholds,
                topic_arn=props.topic_arn,
            )
            budget(self, f"team-{team}", part)
        if given.stop_at is not None:
            Stop(
                self,
                "stop",
                StopProps(
                    site=props.site,
                    boundary_arn=props.boundary_arn,
                    budget_name=total.name,
                    percent=given.stop_at,
                    by_itself=given.stop_by_itself,
                    role_arns=props.stopped_role_arns,
                    topic_arn=props.topic_arn,
                ),
            )
