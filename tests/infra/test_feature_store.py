"""The feature store: what SageMaker feature groups and offline queries may touch, and what is kept."""

import json
from typing import Any

import pytest
from sites import DEV

from groundway import environment
from groundway.environment import FeatureGroup
from infra import cdk
from infra.buckets import Bucket, BucketProps
from infra.cdk import TerraformStack
from infra.feature_groups import FeatureGroups, FeatureGroupsProps
from infra.feature_store import FeatureStore, FeatureStoreProps
from infra.offline_queries import OfflineQueries, OfflineQueriesProps

ROUTES = {"record": "route", "features": {"delay_mean": "fractional", "flights": "integral"}}


@pytest.fixture
def stack() -> TerraformStack:
    return TerraformStack(cdk.Testing.app(), "stack")


@pytest.fixture
def bucket(stack: TerraformStack) -> Bucket:
    return Bucket(stack, "bucket", BucketProps(name="groundway-dev-features", key_arn="key"))


def resources(stack: TerraformStack, kind: str) -> list[dict[str, Any]]:
    return list(json.loads(cdk.Testing.synth(stack)).get("resource", {}).get(kind, {}).values())


def groups(stack: TerraformStack, bucket: Bucket, protect: bool = False, **named: dict[str, Any]) -> FeatureGroups:
    props = FeatureGroupsProps(
        site=DEV,
        groups={name: FeatureGroup(**data) for name, data in named.items()},
        bucket=bucket,
        database="groundway_dev_features",
        key_arn="key",
        boundary_arn="boundary",
        protect=protect,
    )
    return FeatureGroups(stack, "groups", props)


def test_a_group_has_the_features_that_the_environment_names(stack: TerraformStack, bucket: Bucket) -> None:
    groups(stack, bucket, routes=ROUTES)
    [group] = resources(stack, "aws_sagemaker_feature_group")
    assert group["feature_group_name"] == "groundway-dev-routes"
    assert (group["record_identifier_feature_name"], group["event_time_feature_name"]) == ("route", "event_time")
    assert {f["feature_name"]: f["feature_type"] for f in group["feature_definition"]} == {
        "route": "String",
        "event_time": "String",
        "delay_mean": "Fractional",
        "flights": "Integral",
    }


def test_its_records_lie_encrypted_in_a_place_of_their_own(stack: TerraformStack, bucket: Bucket) -> None:
    groups(stack, bucket, routes=ROUTES)
    [group] = resources(stack, "aws_sagemaker_feature_group")
    offline = group["offline_store_config"]
    assert offline["s3_storage_config"]["s3_uri"].endswith("/feature-groups/")
    assert offline["s3_storage_config"]["kms_key_id"] == "key"
    assert (offline["data_catalog_config"]["database"], offline["data_catalog_config"]["table_name"]) == (
        "groundway_dev_features",
        "routes",
    )


@pytest.mark.parametrize("online", [True, False])
def test_the_online_store_is_there_where_it_is_asked_for(online: bool, stack: TerraformStack, bucket: Bucket) -> None:
    groups(stack, bucket, routes={**ROUTES, "online": online})
    [group] = resources(stack, "aws_sagemaker_feature_group")
    assert ("online_store_config" in group) is online
    if online:
        assert group["online_store_config"]["security_config"] == {"kms_key_id": "key"}
        assert group["online_store_config"]["ttl_duration"] == {"unit": "Days", "value": 90}


def test_their_role_writes_there_and_nowhere_else(stack: TerraformStack, bucket: Bucket) -> None:
    groups(stack, bucket, routes=ROUTES)
    [policy] = resources(stack, "aws_iam_role_policy")
    statements = {s["Sid"]: s for s in json.loads(policy["policy"])["Statement"]}
    [records] = statements["Records"]["Resource"]
    assert records.endswith("/feature-groups/*")
    writing = [a for s in statements.values() for a in s["Action"] if a.startswith(("s3:Put", "s3:Delete"))]
    assert sorted(writing) == ["s3:PutObject", "s3:PutObjectAcl"]
    assert not any(r == "*" for s in statements.values() for r in s["Resource"])


def test_without_groups_there_is_no_role_either(stack: TerraformStack, bucket: Bucket) -> None:
    made = groups(stack, bucket)
    assert made.names == ()
    assert resources(stack, "aws_iam_role") == []


@pytest.mark.parametrize("protect", [True, False])
def test_protected_features_are_kept(protect: bool, stack: TerraformStack, bucket: Bucket) -> None:
    groups(stack, bucket, protect, routes=ROUTES)
    online = environment.OnlineTable()
    FeatureStore(
        stack, "store", FeatureStoreProps(site=DEV, key_arn="key", bucket=bucket, online=online, protect=protect)
    )
    for kind in ("aws_sagemaker_feature_group", "aws_dynamodb_table", "aws_glue_catalog_database"):
        [made] = resources(stack, kind)
        assert made.get("lifecycle", {}).get("prevent_destroy", False) is protect, kind


def test_no_query_escapes_what_the_workgroup_says(stack: TerraformStack, bucket: Bucket) -> None:
    OfflineQueries(
        stack,
        "queries",
        OfflineQueriesProps(site=DEV, bucket=bucket, key_arn="key", scan_limit=10**8),
    )
    [group] = resources(stack, "aws_athena_workgroup")
    configuration = group["configuration"]
    assert configuration["enforce_workgroup_configuration"] is True
    assert configuration["bytes_scanned_cutoff_per_query"] == 10**8
    results = configuration["result_configuration"]
    assert results["output_location"].endswith("/queries/")
    assert results["expected_bucket_owner"] == DEV.account
    assert results["encryption_configuration"] == {"encryption_option": "SSE_KMS", "kms_key_arn": "key"}
