"""Budgets, the brake, anomalies, tags on the bill and its exports."""

import json
from dataclasses import replace
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

import pytest
from sites import DEV

from groundway.environment import Budget
from groundway.tags import KEYS
from infra import billing, cdk
from infra.anomalies import Anomalies, AnomaliesProps
from infra.billing import BillExports, BillExportsProps, CostAllocationTags
from infra.buckets import Bucket, BucketProps
from infra.budgets import STARTS
from infra.cdk import TerraformStack
from infra.cost_controls import CostControls, CostControlsProps

PROD = replace(DEV, prefix="groundway-prod", environment="prod", account="333333333333")
TRAINING = f"arn:aws:iam::{PROD.account}:role/groundway-prod-training"


@pytest.fixture
def stack() -> TerraformStack:
    return TerraformStack(cdk.Testing.app(), "stack")


def synthesized(stack: TerraformStack) -> dict[str, dict[str, Any]]:
    made: dict[str, dict[str, Any]] = json.loads(cdk.Testing.synth(stack)).get("resource", {})
    return made


def controls(stack: TerraformStack, **budget: Any) -> dict[str, dict[str, Any]]:
    props = CostControlsProps(
        site=PROD,
        budget=Budget(monthly_usd=Decimal(1000), **budget),
        topic_arn="topic",
        boundary_arn="boundary",
        stopped_role_arns=[TRAINING],
    )
    CostControls(stack, "cost-controls", props)
    return synthesized(stack)


def test_a_team_has_a_budget_of_its_own_in_this_environment(stack: TerraformStack) -> None:
    made = controls(stack, teams={"demand": Decimal(400)})["aws_budgets_budget"]
    whole = made.pop("cost-controls_budget_19795B27")  # as an upgrade must find it
    assert whole["cost_filter"][0]["values"] == ["user:environment$prod"]
    [team] = made.values()
    assert team["limit_amount"] == "400"
    # two values of one dimension would be alternatives, and count the whole environment
    filters = {f["name"]: f["values"] for f in team["cost_filter"]}
    assert filters == {"TagKeyValue": ["user:team$demand"], "LinkedAccount": ["333333333333"]}
    assert len(team["notification"]) <= 5  # more AWS does not take


def test_without_teams_there_is_one_budget_and_no_brake(stack: TerraformStack) -> None:
    made = controls(stack)
    assert len(made["aws_budgets_budget"]) == 1
    assert "aws_budgets_budget_action" not in made


@pytest.mark.parametrize(("by_itself", "model"), [(True, "AUTOMATIC"), (False, "MANUAL")])
def test_the_brake_is_pulled_by_itself_only_where_it_may(by_itself: bool, model: str, stack: TerraformStack) -> None:
    made = controls(stack, stop_at=120, stop_by_itself=by_itself)
    [action] = made["aws_budgets_budget_action"].values()
    assert action["approval_model"] == model
    assert action["action_threshold"] == {"action_threshold_type": "PERCENTAGE", "action_threshold_value": 120}
    assert action["definition"]["iam_action_definition"]["roles"] == [f'${{element(split("/", "{TRAINING}"), 1)}}']


@pytest.mark.parametrize(
    ("action", "stopped"),
    [
        ("sagemaker:CreateTrainingJob", True),
        ("sagemaker:CreateEndpoint", True),
        ("ec2:RunInstances", True),
        ("sagemaker:StopTrainingJob", False),
        ("sagemaker:UpdateEndpoint", False),  # what runs may be rolled back
        ("sagemaker:DeleteEndpoint", False),
        ("s3:PutObject", False),
        ("ec2:TerminateInstances", False),
    ],
)
def test_the_brake_stops_what_starts_and_nothing_else(action: str, stopped: bool, stack: TerraformStack) -> None:
    assert any(fnmatchcase(action, pattern) for pattern in STARTS) is stopped
    [policy] = controls(stack, stop_at=100)["aws_iam_policy"].values()
    [statement] = json.loads(policy["policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Action"] == list(STARTS)


def test_budgets_may_attach_that_policy_to_those_roles_and_nothing_else(stack: TerraformStack) -> None:
    made = controls(stack, stop_at=100)
    [role_policy] = made["aws_iam_role_policy"].values()
    [statement] = json.loads(role_policy["policy"])["Statement"]
    assert statement["Action"] == ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
    assert statement["Resource"] == [TRAINING]
    [name] = made["aws_iam_policy"]
    assert statement["Condition"] == {"ArnEquals": {"iam:PolicyARN": f"${{aws_iam_policy.{name}.arn}}"}}
    [role] = made["aws_iam_role"].values()
    [trust] = json.loads(role["assume_role_policy"])["Statement"]
    assert trust["Principal"] == {"Service": ["budgets.amazonaws.com"]}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": PROD.account}}


@pytest.mark.parametrize(
    ("by_service", "payer", "kinds"),
    [
        (True, True, ["CUSTOM", "DIMENSIONAL"]),
        (True, False, ["DIMENSIONAL"]),
        (False, True, ["CUSTOM"]),
        (False, False, []),
    ],
)
def test_anomalies_are_looked_for_where_the_account_can(
    by_service: bool, payer: bool, kinds: list[str], stack: TerraformStack
) -> None:
    tags = CostAllocationTags(stack, "tags", KEYS if payer else ()).tags
    props = AnomaliesProps(site=PROD, by_service=by_service, tags=tags, usd=Decimal("50.00"), topic_arn="topic")
    Anomalies(stack, "anomalies", props)
    made = synthesized(stack)
    monitors = made.get("aws_ce_anomaly_monitor", {})
    assert sorted(m["monitor_type"] for m in monitors.values()) == kinds
    subscriptions = list(made.get("aws_ce_anomaly_subscription", {}).values())
    assert len(subscriptions) == bool(kinds)
    for subscription in subscriptions:
        assert subscription["frequency"] == "IMMEDIATE"
        assert subscription["subscriber"] == [{"address": "topic", "type": "SNS"}]  # the only one at once
        assert subscription["threshold_expression"]["dimension"]["values"] == ["50.00"]
    for monitor in monitors.values():
        if monitor["monitor_type"] == "CUSTOM":
            assert json.loads(monitor["monitor_specification"])["Tags"]["Values"] == ["prod"]
            assert len(monitor["depends_on"]) == len(KEYS)  # AWS knows no tag that is not activated


def test_every_cost_tag_is_activated(stack: TerraformStack) -> None:
    CostAllocationTags(stack, "tags", KEYS)
    tags = list(synthesized(stack)["aws_ce_cost_allocation_tag"].values())
    assert {t["tag_key"] for t in tags} == set(KEYS)
    assert {t["status"] for t in tags} == {"Active"}


@pytest.fixture
def exports(stack: TerraformStack) -> dict[str, dict[str, Any]]:
    name = "groundway-prod-333333333333-billing"
    statement = billing.writers(PROD, name)
    bucket = Bucket(stack, "bucket", BucketProps(name=name, key_arn=None, statements=[statement]))
    props = BillExportsProps(site=PROD, bucket=bucket, protect=True)
    BillExports(stack, "exports", props)
    return synthesized(stack)


@pytest.mark.parametrize(
    ("name", "table", "columns"),
    [
        ("focus", "FOCUS_1_2_AWS", {"BilledCost", "EffectiveCost", "Tags", "x_ServiceCode", "SkuPriceDetails"}),
        ("cur", "COST_AND_USAGE_REPORT", {"resource_tags", "split_line_item_split_cost", "line_item_resource_id"}),
    ],
)
def test_an_export_selects_columns_of_its_table(
    name: str, table: str, columns: set[str], exports: dict[str, dict[str, Any]]
) -> None:
    [export] = [e for n, e in exports["aws_bcmdataexports_export"].items() if f"_{name}_" in n]
    [data] = export["export"][0]["data_query"]
    selected, _, source = data["query_statement"].removeprefix("SELECT ").partition(" FROM ")
    assert source == table
    names = selected.split(", ")
    assert columns <= set(names)
    assert len(names) == len(set(names))
    assert "*" not in selected  # AWS refuses it
    assert "--" not in selected
    assert list(data["table_configurations"]) == [table]
    [destination] = export["export"][0]["destination_configurations"][0]["s3_destination"]
    assert destination["s3_output_configurations"][0]["overwrite"] == "OVERWRITE_REPORT"
    assert export["lifecycle"] == {"prevent_destroy": True}
    assert any("s3_bucket_policy" in d for d in export["depends_on"])


def test_focus_has_all_of_its_57_columns_and_three_of_aws() -> None:
    names = billing.query("focus").removeprefix("SELECT ").partition(" FROM ")[0].split(", ")
    own = [n for n in names if n.startswith("x_")]
    assert (len(names) - len(own), len(own)) == (57, 3)


def test_only_the_bill_of_this_account_is_written_to_the_bucket(exports: dict[str, dict[str, Any]]) -> None:
    [policy] = exports["aws_s3_bucket_policy"].values()
    [allow] = [s for s in json.loads(policy["policy"])["Statement"] if s["Effect"] == "Allow"]
    assert set(allow["Principal"]["Service"]) == {"bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"}
    assert allow["Condition"]["StringEquals"] == {"aws:SourceAccount": PROD.account}
    assert all(f":us-east-1:{PROD.account}:" in source for source in allow["Condition"]["ArnLike"]["aws:SourceArn"])
    [encryption] = exports["aws_s3_bucket_server_side_encryption_configuration"].values()
    [rule] = encryption["rule"]
    assert rule["apply_server_side_encryption_by_default"] == {"sse_algorithm": "AES256"}
