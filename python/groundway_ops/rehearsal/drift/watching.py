"""Changes to logs, alarms, notices, trails and budgets behind Terraform's back."""

import json

from groundway_ops.rehearsal.drift.change import Clients, Drift, State, anything

NOBODY = b"alertmanager_config: |\n  route:\n    receiver: nobody\n  receivers:\n  - name: nobody\n"


def _topic(aws: Clients, state: State, name: str, value: str) -> None:
    aws("sns").set_topic_attributes(TopicArn=state["arn"], AttributeName=name, AttributeValue=value)


def _dearer(aws: Clients, state: State) -> None:
    budgets = aws("budgets")
    kept = budgets.describe_budget(AccountId=state["account_id"], BudgetName=state["name"])["Budget"]
    new = {key: kept[key] for key in ("BudgetName", "BudgetType", "TimeUnit", "CostTypes") if key in kept}
    new["BudgetLimit"] = {"Amount": "1000000", "Unit": "USD"}
    budgets.update_budget(AccountId=state["account_id"], NewBudget=new)


DRIFTS = (
    Drift(
        "aws_cloudwatch_log_group",
        "kept for another time",
        lambda aws, s: aws("logs").put_retention_policy(logGroupName=s["name"], retentionInDays=1),
        "retention_in_days",
        when=lambda s: s["retention_in_days"] != 1,
    ),
    Drift(
        "aws_cloudwatch_log_group",
        "the log group deleted",
        lambda aws, s: aws("logs").delete_log_group(logGroupName=s["name"]),
    ),
    Drift(
        "aws_cloudwatch_metric_alarm",
        "the alarm's actions switched off",
        lambda aws, s: aws("cloudwatch").disable_alarm_actions(AlarmNames=[s["alarm_name"]]),
        "actions_enabled",
        when=lambda s: s["actions_enabled"],
    ),
    Drift(
        "aws_cloudwatch_metric_alarm",
        "an alarm deleted",
        lambda aws, s: aws("cloudwatch").delete_alarms(AlarmNames=[s["alarm_name"]]),
    ),
    Drift(
        "aws_cloudwatch_dashboard",
        "an emptied dashboard",
        lambda aws, s: aws("cloudwatch").put_dashboard(
            DashboardName=s["dashboard_name"], DashboardBody=json.dumps({"widgets": []})
        ),
        "dashboard_body",
    ),
    Drift(
        "aws_cloudwatch_event_rule",
        "the rule disabled",
        lambda aws, s: aws("events").disable_rule(Name=s["name"], EventBusName=s["event_bus_name"] or "default"),
        "state",
    ),
    Drift(
        "aws_sns_topic",
        "no longer encrypted with our key",
        lambda aws, s: _topic(aws, s, "KmsMasterKeyId", ""),
        "kms_master_key_id",
        when=lambda s: bool(s["kms_master_key_id"]),
    ),
    Drift(
        "aws_sns_topic_policy",
        "anybody may publish",
        lambda aws, s: _topic(aws, s, "Policy", anything("sns:Publish", s["arn"], "*")),
        "policy",
    ),
    Drift(
        "aws_sns_topic_subscription",
        "nobody is told any more",
        lambda aws, s: aws("sns").unsubscribe(SubscriptionArn=s["arn"]),
    ),
    Drift(
        "aws_ssm_parameter",
        "the value changed",
        lambda aws, s: aws("ssm").put_parameter(Name=s["name"], Value="{}", Type=s["type"], Overwrite=True),
        "value",
    ),
    Drift("aws_budgets_budget", "a thousand times the money", _dearer, "limit_amount"),
    Drift(
        "aws_budgets_budget_action",
        "the brake comes later",
        lambda aws, s: aws("budgets").update_budget_action(
            AccountId=s["account_id"],
            BudgetName=s["budget_name"],
            ActionId=s["action_id"],
            ActionThreshold={"ActionThresholdType": "PERCENTAGE", "ActionThresholdValue": 999},
        ),
        "action_threshold",
    ),
    Drift(
        "aws_cloudwatch_event_target",
        "nobody hears of the event any more",
        lambda aws, s: aws("events").remove_targets(
            Rule=s["rule"], EventBusName=s["event_bus_name"] or "default", Ids=[s["target_id"]]
        ),
    ),
    Drift(
        "aws_cloudwatch_log_metric_filter",
        "a filter that finds nothing",
        lambda aws, s: aws("logs").delete_metric_filter(logGroupName=s["log_group_name"], filterName=s["name"]),
    ),
    Drift(
        "aws_cloudwatch_query_definition",
        "a saved query changed",
        lambda aws, s: aws("logs").put_query_definition(
            queryDefinitionId=s["query_definition_id"], name=s["name"], queryString="fields @message | limit 1"
        ),
        "query_string",
    ),
    Drift(
        "aws_prometheus_alert_manager_definition",
        "alerts lead to nobody",
        lambda aws, s: aws("amp").put_alert_manager_definition(workspaceId=s["workspace_id"], data=NOBODY),
        "definition",
    ),
    Drift(
        "aws_prometheus_rule_group_namespace",
        "no rules any more",
        lambda aws, s: aws("amp").put_rule_groups_namespace(
            workspaceId=s["workspace_id"], name=s["name"], data=b"groups: []\n"
        ),
        "data",
    ),
    Drift(
        "aws_prometheus_workspace_configuration",
        "metrics kept for a day",
        lambda aws, s: aws("amp").update_workspace_configuration(
            workspaceId=s["workspace_id"], retentionPeriodInDays=1
        ),
        "retention_period_in_days",
        when=lambda s: s["retention_period_in_days"] != 1,
    ),
    Drift(
        "aws_db_event_subscription",
        "nobody is told of the database any more",
        lambda aws, s: aws("rds").modify_event_subscription(SubscriptionName=s["name"], Enabled=False),
        "enabled",
        when=lambda s: s["enabled"],
    ),
)
