"""Alerts, alarms, dashboards, log questions: what is made, and what an upgrade must find again."""

import json
from typing import Any

import pytest
from sites import DEV

from infra import cdk, dashboards
from infra.alarms import Watch
from infra.alerts import PUBLISHERS, Alerts, AlertsProps
from infra.cdk import TerraformStack
from infra.grafana import Grafana, GrafanaProps
from infra.monitoring import Monitoring, MonitoringProps
from infra.prometheus import Prometheus, PrometheusProps

# What b319872 made, by its name: an upgrade from there must change it in place.
ALARMS = {
    "monitoring_failed-nodes_E2C3E1EA",
    "monitoring_idle-gpus_027F6778",
    "monitoring_node-memory_065DDFD8",
    "monitoring_online-reads-throttled_772B3B25",
    "monitoring_online-writes-throttled_62B1C8FC",
    "monitoring_pending-pods_3C48FB17",
}


def watch(name: str, outage: bool = False) -> Watch:
    return Watch(
        name=name,
        meaning="It is wrong",
        namespace="AWS/RDS",
        metric="FreeStorageSpace",
        dimensions={"DBInstanceIdentifier": "db"},
        statistic="Minimum",
        limit=1,
        above=False,
        outage=outage,
    )


def monitoring(stack: TerraformStack, *watches: Watch) -> dict[str, dict[str, Any]]:
    props = MonitoringProps(
        site=DEV,
        topic_arn="alerts",
        pages_topic_arn="pages",
        cluster_name="cluster",
        table_name="table",
        log_groups={"training": "/groundway/dev/training", "serving": "/groundway/dev/serving"},
        watches=watches,
    )
    Monitoring(stack, "monitoring", props)
    return synthesized(stack)


def synthesized(stack: TerraformStack) -> dict[str, dict[str, Any]]:
    made: dict[str, dict[str, Any]] = json.loads(cdk.Testing.synth(stack))["resource"]
    return made


@pytest.fixture
def stack() -> TerraformStack:
    return TerraformStack(cdk.Testing.app(), "stack")


def test_an_upgrade_finds_the_alarms_and_the_dashboard_again(stack: TerraformStack) -> None:
    made = monitoring(stack)
    assert set(made["aws_cloudwatch_metric_alarm"]) >= ALARMS
    dashboard = made["aws_cloudwatch_dashboard"]["monitoring_dashboard_4CE328EF"]
    assert dashboard["dashboard_name"] == "groundway-dev"


@pytest.mark.parametrize(("outage", "expected"), [(True, True), (False, False)])
def test_the_alarm_that_pages_is_made_of_what_means_an_outage(
    outage: bool, expected: bool, stack: TerraformStack
) -> None:
    made = monitoring(stack, watch("registry-full", outage))
    [down] = made["aws_cloudwatch_composite_alarm"].values()
    assert down["alarm_actions"] == ["pages"]
    alarms = made["aws_cloudwatch_metric_alarm"]
    [name] = [n for n, a in alarms.items() if a["alarm_name"] == "groundway-dev-registry-full"]
    assert (f"aws_cloudwatch_metric_alarm.{name}.alarm_name" in down["alarm_rule"]) is expected
    assert down["alarm_rule"].count("ALARM(") == 3 + expected
    assert all(a["alarm_actions"] == ["alerts"] for a in alarms.values())


def test_error_lines_are_counted_where_an_alarm_looks(stack: TerraformStack) -> None:
    made = monitoring(stack)
    filters = list(made["aws_cloudwatch_log_metric_filter"].values())
    assert {f["log_group_name"] for f in filters} == {"/groundway/dev/training", "/groundway/dev/serving"}
    counted = {(f["metric_transformation"]["namespace"], f["metric_transformation"]["name"]) for f in filters}
    looked_at = {(a["namespace"], a["metric_name"]) for a in made["aws_cloudwatch_metric_alarm"].values()}
    assert counted <= looked_at
    assert ("Groundway/dev", "BakingErrorLines") not in looked_at


def test_every_dashboard_is_laid_out_in_two_columns(stack: TerraformStack) -> None:
    boards = monitoring(stack)["aws_cloudwatch_dashboard"].values()
    assert {b["dashboard_name"].removeprefix("groundway-dev") for b in boards} == {"", "-gpus", "-serving", "-costs"}
    for board in boards:
        widgets = json.loads(board["dashboard_body"])["widgets"]
        assert len(widgets) >= 6
        places = [(w["x"], w["y"]) for w in widgets]
        assert len(set(places)) == len(places)
        assert all(w["x"] + w["width"] <= 24 and w["properties"]["metrics"] for w in widgets)


def test_a_watch_without_dimensions_has_a_picture_too() -> None:
    counted = Watch(
        name="n", meaning="m", namespace="Groundway/dev", metric="X", dimensions={}, statistic="Sum", limit=1
    )
    [widget] = json.loads(dashboards.platform([counted], "eu-west-1"))["widgets"]
    assert widget["properties"]["metrics"] == [["Groundway/dev", "X"]]


def test_questions_ask_log_groups_that_there_are(stack: TerraformStack) -> None:
    for question in monitoring(stack)["aws_cloudwatch_query_definition"].values():
        assert question["name"].startswith("groundway-dev/")
        known = {"/groundway/dev/training", "/groundway/dev/serving", "/aws/eks/cluster/cluster"}
        assert set(question["log_group_names"]) <= known
        assert question["log_group_names"]


def test_only_services_that_act_for_this_account_may_publish(stack: TerraformStack) -> None:
    props = AlertsProps(site=DEV, key_arn="key", emails=["a@example.com"])
    Alerts(stack, "alerts", props)
    made = synthesized(stack)
    assert list(made["aws_sns_topic"]) == ["alerts_topic_3313844B"]
    [policy] = made["aws_sns_topic_policy"].values()
    allow, deny = json.loads(policy["policy"])["Statement"]
    assert set(allow["Principal"]["Service"]) == set(PUBLISHERS) >= {"aps.amazonaws.com", "costalerts.amazonaws.com"}
    assert "lambda.amazonaws.com" not in allow["Principal"]["Service"]
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": DEV.account}}
    assert deny["Effect"] == "Deny"


@pytest.mark.parametrize("protect", [True, False])
def test_the_workspace_keeps_what_it_holds(protect: bool, stack: TerraformStack) -> None:
    props = PrometheusProps(
        site=DEV,
        key_arn="arn:aws:kms:eu-west-1:111111111111:key/1",
        log_key_arn="log-key",
        log_retention_days=7,
        retention_days=30,
        protect=protect,
        pages_topic_arn="pages",
        notices_topic_arn="alerts",
        cluster_name="cluster",
        cluster_arn="arn",
        subnet_ids=["subnet-1", "subnet-2"],
        security_group_ids=["sg-1"],
    )
    Prometheus(stack, "prometheus", props)
    made = synthesized(stack)
    [workspace] = made["aws_prometheus_workspace"].values()
    assert workspace.get("lifecycle", {}).get("prevent_destroy", False) is protect
    assert workspace["kms_key_arn"] == props.key_arn
    assert workspace["logging_configuration"]["log_group_arn"].endswith(":*")  # as AWS wants it
    [configuration] = made["aws_prometheus_workspace_configuration"].values()
    assert configuration["retention_period_in_days"] == 30
    namespaces = {r["name"] for r in made["aws_prometheus_rule_group_namespace"].values()}
    assert namespaces == {"gpu", "models", "platform", "serving", "training"}


def test_grafana_only_reads(stack: TerraformStack) -> None:
    props = GrafanaProps(
        site=DEV,
        boundary_arn="boundary",
        workspace_arn="arn:aws:aps:eu-west-1:111111111111:workspace/ws-1",
        subnet_ids=["subnet-1", "subnet-2"],
        security_group_ids=["sg-1"],
    )
    Grafana(stack, "grafana", props)
    made = synthesized(stack)
    [workspace] = made["aws_grafana_workspace"].values()
    assert workspace["permission_type"] == "CUSTOMER_MANAGED"
    assert workspace["authentication_providers"] == ["AWS_SSO"]
    [policy] = made["aws_iam_role_policy"].values()
    reading = ("Get", "List", "Query")
    for statement in json.loads(policy["policy"])["Statement"]:
        assert all(action.partition(":")[2].startswith(reading) for action in statement["Action"]), statement
