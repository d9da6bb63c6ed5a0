"""What the services of monitoring refuse, and what a change leaves: Prometheus, composite alarms, queries."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_cloud import client

WORKING = {"route": {"receiver": "team"}, "receivers": [{"name": "team", "sns_configs": [{"topic_arn": "arn"}]}]}


@pytest.fixture
def at(address: str, account: str) -> Callable[[str], Any]:
    return lambda service: client(service, address, account)


def definition(config: dict[str, Any]) -> bytes:
    return json.dumps({"alertmanager_config": json.dumps(config)}).encode()


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return f"{error.value.response['Error']['Code']}: {error.value.response['Error']['Message']}"


def test_alert_routes_are_those_that_the_managed_alertmanager_has(at: Callable[[str], Any]) -> None:
    amp = at("amp")
    workspace = amp.create_workspace(alias="a", kmsKeyArn="arn:aws:kms:eu-west-1:111111111111:key/ab-1")["workspaceId"]
    assert amp.describe_workspace(workspaceId=workspace)["workspace"]["kmsKeyArn"].endswith("key/ab-1")
    put = amp.create_alert_manager_definition
    webhook = {**WORKING, "receivers": [{"name": "team", "webhook_configs": [{"url": "http://x"}]}]}
    assert "webhook_configs is not supported" in refused(put, workspaceId=workspace, data=definition(webhook))
    nobody = {**WORKING, "route": {"receiver": "nobody"}}
    assert "'nobody' is not defined" in refused(put, workspaceId=workspace, data=definition(nobody))
    assert "ValidationException" in refused(put, workspaceId=workspace, data=b"{")
    missing = refused(put, workspaceId="ws-0", data=definition(WORKING))
    assert missing.startswith("ResourceNotFoundException")
    put(workspaceId=workspace, data=definition(WORKING))
    held = amp.describe_alert_manager_definition(workspaceId=workspace)["alertManagerDefinition"]
    assert held["data"] == definition(WORKING)
    assert "exists already" in refused(put, workspaceId=workspace, data=definition(WORKING))


def test_a_workspace_has_its_configuration_from_the_start(at: Callable[[str], Any]) -> None:
    amp = at("amp")
    workspace = amp.create_workspace()["workspaceId"]

    def retention() -> int:
        answer = amp.describe_workspace_configuration(workspaceId=workspace)
        return int(answer["workspaceConfiguration"]["retentionPeriodInDays"])

    assert retention() == 150
    amp.update_workspace_configuration(workspaceId=workspace, retentionPeriodInDays=30)
    assert retention() == 30
    assert "NotFound" in refused(amp.describe_workspace_configuration, workspaceId="ws-0")


def test_an_alarm_over_alarms_needs_them(at: Callable[[str], Any]) -> None:
    cloudwatch = at("cloudwatch")
    put = cloudwatch.put_composite_alarm
    assert "low does not exist" in refused(put, AlarmName="down", AlarmRule='ALARM("low")')
    cloudwatch.put_metric_alarm(
        AlarmName="low",
        Namespace="n",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
    )
    put(AlarmName="down", AlarmRule='ALARM("low") OR NOT OK(low)')
    [down] = cloudwatch.describe_alarms(AlarmNames=["down"], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert down["AlarmRule"] == 'ALARM("low") OR NOT OK(low)'


def test_a_saved_query_is_replaced_by_its_id(at: Callable[[str], Any]) -> None:
    logs = at("logs")
    id = logs.put_query_definition(name="p/errors", queryString="fields @message")["queryDefinitionId"]
    logs.put_query_definition(queryDefinitionId=id, name="p/errors", queryString="fields @timestamp")
    [held] = logs.describe_query_definitions(queryDefinitionNamePrefix="p/")["queryDefinitions"]
    assert held["queryString"] == "fields @timestamp"
    assert logs.describe_query_definitions(queryDefinitionNamePrefix="q/")["queryDefinitions"] == []
    assert "NotFound" in refused(logs.put_query_definition, queryDefinitionId="other", name="n", queryString="q")
    logs.delete_query_definition(queryDefinitionId=id)
    assert "NotFound" in refused(logs.delete_query_definition, queryDefinitionId=id)
