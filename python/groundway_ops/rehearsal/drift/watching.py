"""Changes to logs, alarms, notices, trails and budgets behind Terraform's back."""

import json

from groundway_ops.rehearsal.drift.change import Clients, Drift, State, anything


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
        "aws_cloudtrail",
        "the trail stopped",
        lambda aws, s: aws("cloudtrail").stop_logging(Name=s["arn"]),
        "enable_logging",
        when=lambda s: s["enable_logging"],
    ),
    Drift(
        "aws_cloudtrail",
        "log files no longer validated",
        lambda aws, s: aws("cloudtrail").update_trail(Name=s["name"], EnableLogFileValidation=False),
        "enable_log_file_validation",
        when=lambda s: s["enable_log_file_validation"],
    ),
    Drift(
        "aws_guardduty_detector",
        "the detector suspended",
        lambda aws, s: aws("guardduty").update_detector(DetectorId=s["id"], Enable=False),
        "enable",
        when=lambda s: s["enable"],
    ),
)
