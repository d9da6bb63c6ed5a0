"""What moto lacks is kept as a document, as the service would answer it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from local_cloud import REGION, client, groundway, status, up

from groundway_local.emulator.recorded import tables


def refused(call: Callable[..., Any], /, **arguments: Any) -> tuple[str, str]:
    """The error code and the message of a call that must fail."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def unchecked(service: str, address: str, account: str) -> Any:
    """A client that sends whatever it is given: others would refuse it before the emulator can."""
    where = {"endpoint_url": address, "region_name": REGION, "aws_access_key_id": account}
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client(service, **where, aws_secret_access_key="local", config=config)


@pytest.fixture
def analyzers(address: str, account: str) -> Any:
    return client("accessanalyzer", address, account)


def export(name: str, bucket: str = "evidence") -> dict[str, Any]:
    output = {"OutputType": "CUSTOM", "Format": "PARQUET", "Compression": "PARQUET", "Overwrite": "OVERWRITE_REPORT"}
    destination = {"S3Bucket": bucket, "S3Prefix": "focus", "S3Region": "eu-west-1", "S3OutputConfigurations": output}
    return {
        "Name": name,
        "DataQuery": {"QueryStatement": "SELECT BilledCost FROM FOCUS_1_2_AWS"},
        "DestinationConfigurations": {"S3Destination": destination},
        "RefreshCadence": {"Frequency": "SYNCHRONOUS"},
    }


def monitor(name: str, dimension: str = "SERVICE") -> dict[str, Any]:
    return {"MonitorName": name, "MonitorType": "DIMENSIONAL", "MonitorDimension": dimension}


def subscription(monitors: list[str]) -> dict[str, Any]:
    subscribers = [{"Address": "ops@example.com", "Type": "EMAIL"}]
    base = {"SubscriptionName": "ops", "MonitorArnList": monitors, "Subscribers": subscribers, "Frequency": "DAILY"}
    return {**base, "Threshold": 10.0}


# the life of a document ---------------------------------------------------------------------------------------------
def test_a_document_lives_as_a_resource_would(analyzers: Any, account: str) -> None:
    arn = analyzers.create_analyzer(analyzerName="all", type="ACCOUNT", tags={"team": "ml"})["arn"]
    assert arn == f"arn:aws:access-analyzer:eu-west-1:{account}:analyzer/all"
    found = analyzers.get_analyzer(analyzerName="all")["analyzer"]
    assert (found["name"], found["type"], found["status"], found["arn"]) == ("all", "ACCOUNT", "ACTIVE", arn)
    assert found["tags"] == {"team": "ml"}
    assert found["createdAt"].year >= 2024
    assert [a["name"] for a in analyzers.list_analyzers()["analyzers"]] == ["all"]
    assert analyzers.list_analyzers(type="ORGANIZATION")["analyzers"] == []
    new = {"unusedAccess": {"unusedAccessAge": 90}}
    analyzers.update_analyzer(analyzerName="all", configuration=new)
    assert analyzers.get_analyzer(analyzerName="all")["analyzer"]["configuration"] == new
    analyzers.delete_analyzer(analyzerName="all")
    assert refused(analyzers.get_analyzer, analyzerName="all")[0] == "ResourceNotFoundException"
    assert analyzers.list_analyzers()["analyzers"] == []


def test_tags_by_arn(analyzers: Any) -> None:
    arn = analyzers.create_analyzer(analyzerName="all", type="ACCOUNT", tags={"team": "ml"})["arn"]
    analyzers.tag_resource(resourceArn=arn, tags={"owner": "ops"})
    assert analyzers.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "ml", "owner": "ops"}
    analyzers.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert analyzers.list_tags_for_resource(resourceArn=arn)["tags"] == {"owner": "ops"}
    absent = arn.replace("/all", "/none")
    assert refused(analyzers.list_tags_for_resource, resourceArn=absent)[0] == "ResourceNotFoundException"


def test_twice_is_a_conflict_and_what_is_absent_is_not_found(analyzers: Any) -> None:
    analyzers.create_analyzer(analyzerName="all", type="ACCOUNT")
    assert refused(analyzers.create_analyzer, analyzerName="all", type="ACCOUNT")[0] == "ConflictException"
    for operation in (analyzers.get_analyzer, analyzers.update_analyzer, analyzers.delete_analyzer):
        assert refused(operation, analyzerName="none")[0] == "ResourceNotFoundException"


def test_what_the_model_does_not_allow_is_refused_by_name(address: str, account: str) -> None:
    analyzers = unchecked("accessanalyzer", address, account)
    code, text = refused(analyzers.create_analyzer, analyzerName="9lives", type="WORLD")
    assert code == "ValidationException"
    assert "type: 'WORLD' is not one of ACCOUNT" in text
    assert "analyzerName: '9lives' does not match" in text
    assert "type: it is required" in refused(analyzers.create_analyzer, analyzerName="all")[1]
    deep = {"unusedAccess": {"unusedAccessAge": "long"}}
    assert refused(analyzers.create_analyzer, analyzerName="all", type="ACCOUNT", configuration=deep)[0]
    assert analyzers.list_analyzers()["analyzers"] == []


def test_accounts_and_regions_are_apart(address: str, new_account: Callable[[], str]) -> None:
    dev, prod = (client("accessanalyzer", address, new_account()) for _ in range(2))
    dev.create_analyzer(analyzerName="all", type="ACCOUNT")
    assert prod.list_analyzers()["analyzers"] == []
    prod.create_analyzer(analyzerName="all", type="ACCOUNT")


def test_a_listing_comes_in_pages(analyzers: Any) -> None:
    for name in ("a", "b", "c"):
        analyzers.create_analyzer(analyzerName=name, type="ACCOUNT")
    pages = list(analyzers.get_paginator("list_analyzers").paginate(PaginationConfig={"PageSize": 2}))
    assert [[a["name"] for a in p["analyzers"]] for p in pages] == [["a", "b"], ["c"]]


def test_an_operation_that_is_in_no_table_says_so(analyzers: Any) -> None:
    code, text = refused(
        analyzers.start_policy_generation, policyGenerationDetails={"principalArn": "arn:aws:iam::1:role/a"}
    )
    assert "accessanalyzer:StartPolicyGeneration is neither emulated nor recorded" in f"{code} {text}"


def test_it_survives_down_and_up_and_is_counted(home: Path, account: str) -> None:
    address = up(home)
    client("accessanalyzer", address, account).create_analyzer(analyzerName="all", type="ACCOUNT", tags={"team": "ml"})
    assert groundway(home, "down").returncode == 0
    again = client("accessanalyzer", up(home), account)
    assert again.get_analyzer(analyzerName="all")["analyzer"]["tags"] == {"team": "ml"}
    assert status(home)["accounts"][account]["accessanalyzer"] == {"analyzer": 1}
    again.delete_analyzer(analyzerName="all")
    assert "accessanalyzer" not in status(home)["accounts"].get(account, {})


def test_a_create_that_a_dead_run_asked_for_is_carried_out_once(address: str, account: str) -> None:
    def created_by(run: str) -> str:
        grafana = client("grafana", address, account)
        marks = {"X-Groundway-Intent": "workspace-1", "X-Groundway-Run": run}
        grafana.meta.events.register("before-call", lambda params, **_: params["headers"].update(marks))
        made = grafana.create_workspace(
            accountAccessType="CURRENT_ACCOUNT", permissionType="CUSTOMER_MANAGED", authenticationProviders=["AWS_SSO"]
        )
        return str(made["workspace"]["id"])

    assert created_by("999999:1.0") == created_by("999998:1.0")  # neither process exists any more
    assert len(client("grafana", address, account).list_workspaces()["workspaces"]) == 1


# the services -------------------------------------------------------------------------------------------------------
def test_grafana(address: str, account: str) -> None:
    grafana = client("grafana", address, account)
    network = {"securityGroupIds": ["sg-12345678"], "subnetIds": ["subnet-12345678", "subnet-87654321"]}
    made = grafana.create_workspace(
        accountAccessType="CURRENT_ACCOUNT",
        permissionType="CUSTOMER_MANAGED",
        authenticationProviders=["SAML"],
        workspaceName="ml",
        workspaceDataSources=["PROMETHEUS"],
        vpcConfiguration=network,
        tags={"team": "ml"},
    )["workspace"]
    of = {"workspaceId": made["id"]}
    assert made["endpoint"] == f"{made['id']}.grafana-workspace.eu-west-1.amazonaws.com"
    found = grafana.describe_workspace(**of)["workspace"]
    assert (found["name"], found["dataSources"], found["status"]) == ("ml", ["PROMETHEUS"], "ACTIVE")
    assert found["authentication"] == {"providers": ["SAML"], "samlConfigurationStatus": "NOT_CONFIGURED"}
    saml = {"idpMetadata": {"url": "https://idp.example.com/metadata"}, "roleValues": {"admin": ["ops"]}}
    grafana.update_workspace_authentication(**of, authenticationProviders=["SAML"], samlConfiguration=saml)
    full = grafana.describe_workspace_authentication(**of)["authentication"]
    assert full["saml"] == {"status": "CONFIGURED", "configuration": saml}
    assert grafana.describe_workspace(**of)["workspace"]["authentication"]["samlConfigurationStatus"] == "CONFIGURED"
    grafana.update_workspace(**of, workspaceDescription="for models", removeVpcConfiguration=True)
    found = grafana.describe_workspace(**of)["workspace"]
    assert found["description"] == "for models"
    assert "vpcConfiguration" not in found
    grafana.update_workspace_configuration(**of, configuration='{"unifiedAlerting":{"enabled":true}}')
    assert grafana.describe_workspace_configuration(**of)["configuration"] == '{"unifiedAlerting":{"enabled":true}}'
    arn = f"arn:aws:grafana:eu-west-1:{account}:/workspaces/{made['id']}"
    assert grafana.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "ml"}
    grafana.delete_workspace(**of)
    assert refused(grafana.describe_workspace, **of)[0] == "ResourceNotFoundException"


def test_data_exports(address: str, account: str) -> None:
    exports = client("bcm-data-exports", address, account)
    tags = [{"Key": "team", "Value": "ml"}]
    arn = exports.create_export(Export={**export("focus"), "Description": "of all"}, ResourceTags=tags)["ExportArn"]
    found = exports.get_export(ExportArn=arn)
    assert found["Export"]["DataQuery"] == export("focus")["DataQuery"]
    assert found["ExportStatus"]["StatusCode"] == "HEALTHY"
    assert exports.list_tags_for_resource(ResourceArn=arn)["ResourceTags"] == tags
    assert [e["ExportName"] for e in exports.list_exports()["Exports"]] == ["focus"]
    exports.update_export(ExportArn=arn, Export=export("focus", "other"))
    found = exports.get_export(ExportArn=arn)["Export"]
    assert found["DestinationConfigurations"]["S3Destination"]["S3Bucket"] == "other"
    assert "Description" not in found
    assert refused(exports.create_export, Export=export("focus"))[0] == "ValidationException"
    exports.delete_export(ExportArn=arn)
    assert refused(exports.get_export, ExportArn=arn)[0] == "ResourceNotFoundException"


def test_anomaly_monitors_and_subscriptions(address: str, account: str) -> None:
    ce = client("ce", address, account)
    arn = ce.create_anomaly_monitor(AnomalyMonitor=monitor("services"))["MonitorArn"]
    assert refused(ce.create_anomaly_monitor, AnomalyMonitor=monitor("again"))[0] == "LimitExceededException"
    ce.update_anomaly_monitor(MonitorArn=arn, MonitorName="all services")
    found = ce.get_anomaly_monitors(MonitorArnList=[arn])["AnomalyMonitors"]
    assert [m["MonitorName"] for m in found] == ["all services"]
    none = arn[:-1] + ("0" if arn[-1] != "0" else "1")
    assert refused(ce.get_anomaly_monitors, MonitorArnList=[none])[0] == "UnknownMonitorException"
    wrong = subscription([none])
    assert refused(ce.create_anomaly_subscription, AnomalySubscription=wrong)[0] == "UnknownMonitorException"
    said = ce.create_anomaly_subscription(
        AnomalySubscription=subscription([arn]), ResourceTags=[{"Key": "team", "Value": "ml"}]
    )["SubscriptionArn"]
    ce.update_anomaly_subscription(SubscriptionArn=said, Frequency="WEEKLY")
    found = ce.get_anomaly_subscriptions(MonitorArn=arn)["AnomalySubscriptions"]
    assert [(s["SubscriptionArn"], s["Frequency"], s["AccountId"]) for s in found] == [(said, "WEEKLY", account)]
    assert ce.list_tags_for_resource(ResourceArn=said)["ResourceTags"] == [{"Key": "team", "Value": "ml"}]
    ce.delete_anomaly_subscription(SubscriptionArn=said)
    ce.delete_anomaly_monitor(MonitorArn=arn)
    assert refused(ce.delete_anomaly_monitor, MonitorArn=arn)[0] == "UnknownMonitorException"


def test_what_moto_has_of_such_a_service_stays_its_own(address: str, account: str) -> None:
    ce = client("ce", address, account)
    rules = [{"Value": "ml", "Rule": {"Tags": {"Key": "team", "Values": ["ml"]}}}]
    arn = ce.create_cost_category_definition(
        Name="teams", RuleVersion="CostCategoryExpression.v1", Rules=rules, ResourceTags=[{"Key": "a", "Value": "b"}]
    )["CostCategoryArn"]
    assert ce.describe_cost_category_definition(CostCategoryArn=arn)["CostCategory"]["Name"] == "teams"
    assert ce.list_tags_for_resource(ResourceArn=arn)["ResourceTags"] == [{"Key": "a", "Value": "b"}]


def test_cost_allocation_tags(home: Path, address: str, account: str) -> None:
    ce = client("ce", address, account)

    def set_to(status: str) -> None:
        told = ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=[{"TagKey": "team", "Status": status}])
        assert told.get("Errors", []) == []

    set_to("Active")
    found = ce.list_cost_allocation_tags(TagKeys=["team", "absent"])["CostAllocationTags"]
    assert found == [{"TagKey": "team", "Type": "UserDefined", "Status": "Active"}]
    assert ce.list_cost_allocation_tags(Status="Inactive")["CostAllocationTags"] == []
    set_to("Inactive")
    assert [t["TagKey"] for t in ce.list_cost_allocation_tags(Status="Inactive")["CostAllocationTags"]] == ["team"]


def test_budget_actions(address: str, account: str) -> None:
    budgets = client("budgets", address, account)
    action = {
        "AccountId": account,
        "BudgetName": "ml",
        "NotificationType": "ACTUAL",
        "ActionType": "APPLY_IAM_POLICY",
        "ActionThreshold": {"ActionThresholdValue": 100.0, "ActionThresholdType": "PERCENTAGE"},
        "Definition": {"IamActionDefinition": {"PolicyArn": f"arn:aws:iam::{account}:policy/stop", "Roles": ["train"]}},
        "ExecutionRoleArn": f"arn:aws:iam::{account}:role/budgets",
        "ApprovalModel": "AUTOMATIC",
        "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "ops@example.com"}],
    }
    assert refused(budgets.create_budget_action, **action)[0] == "NotFoundException"
    limit = {"Amount": "10", "Unit": "USD"}
    budget = {"BudgetName": "ml", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}
    budgets.create_budget(AccountId=account, Budget=budget)
    made = budgets.create_budget_action(**action, ResourceTags=[{"Key": "team", "Value": "ml"}])
    of = {"AccountId": account, "BudgetName": "ml", "ActionId": made["ActionId"]}
    found = budgets.describe_budget_action(**of)["Action"]
    assert (found["Status"], found["Definition"]) == ("STANDBY", action["Definition"])
    changed = budgets.update_budget_action(**of, ApprovalModel="MANUAL")
    assert (changed["OldAction"]["ApprovalModel"], changed["NewAction"]["ApprovalModel"]) == ("AUTOMATIC", "MANUAL")
    assert len(budgets.describe_budget_actions_for_account(AccountId=account)["Actions"]) == 1
    arn = f"arn:aws:budgets::{account}:budget/ml/action/{made['ActionId']}"
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "team", "Value": "ml"}]
    assert "Action" in budgets.delete_budget_action(**of)
    assert refused(budgets.describe_budget_action, **of)[0] == "NotFoundException"


# the tables ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("service", tables(), ids=lambda s: s.name)
def test_a_table_names_what_the_model_has(service: Any) -> None:
    from botocore.session import Session

    model = Session().get_service_model(service.name)
    assert (service.signing or service.name) == model.signing_name
    for operation in [o for r in service.records for o in r.operations] + list(service.calls):
        assert operation in model.operation_names
    for record in service.records:
        for listing in record.listings:
            assert record.lists in model.operation_model(listing).output_shape.members
        codes = {record.conflict, record.not_found} - {"", "ValidationException"}
        used = {"" if not record.create else record.conflict, record.not_found} & codes
        assert used <= {e.name for e in model.error_shapes}
