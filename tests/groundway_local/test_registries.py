"""Databases, signing profiles, feature groups and workgroups of the local cloud: AWS's rules, not only its answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_cloud import client

SIZE = {"Engine": "postgres", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": 20, "MasterUsername": "registry"}


def refused(call: Any, /, **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return str(error.value.response["Error"]["Code"])


@pytest.fixture
def rds(address: str, account: str) -> Any:
    return client("rds", address, account)


def database(rds: Any, name: str = "registry", **more: Any) -> dict[str, Any]:
    made = rds.create_db_instance(DBInstanceIdentifier=name, ManageMasterUserPassword=True, **SIZE, **more)
    return dict(made["DBInstance"])


def test_a_protected_database_is_not_deleted(rds: Any) -> None:
    database(rds, DeletionProtection=True)
    delete = {"DBInstanceIdentifier": "registry", "SkipFinalSnapshot": True}
    assert refused(rds.delete_db_instance, **delete) == "InvalidParameterCombination"
    rds.modify_db_instance(DBInstanceIdentifier="registry", DeletionProtection=False, ApplyImmediately=True)
    rds.delete_db_instance(**delete)
    assert rds.describe_db_instances()["DBInstances"] == []


@pytest.mark.parametrize(
    "said", [{"SkipFinalSnapshot": False}, {"SkipFinalSnapshot": True, "FinalDBSnapshotIdentifier": "last"}, {}]
)
def test_what_becomes_of_the_last_copy_must_be_said(said: dict[str, Any], rds: Any) -> None:
    database(rds)
    assert refused(rds.delete_db_instance, DBInstanceIdentifier="registry", **said) == "InvalidParameterCombination"
    rds.delete_db_instance(DBInstanceIdentifier="registry", FinalDBSnapshotIdentifier="last")
    [snapshot] = rds.describe_db_snapshots()["DBSnapshots"]
    assert snapshot["DBSnapshotIdentifier"] == "last"


def test_the_password_is_in_secrets_manager_alone(rds: Any, address: str, account: str) -> None:
    made = database(rds)
    secrets = client("secretsmanager", address, account)
    assert secrets.get_secret_value(SecretId=made["MasterUserSecret"]["SecretArn"])["SecretString"]
    assert not {"MasterUserPassword"} & made.keys()
    rds.delete_db_instance(DBInstanceIdentifier="registry", SkipFinalSnapshot=True)
    assert secrets.list_secrets()["SecretList"] == []


def test_two_databases_are_told_apart_by_iam(rds: Any) -> None:
    assert database(rds, "one")["DbiResourceId"] != database(rds, "two")["DbiResourceId"]


def subnets(address: str, account: str, *zones: str) -> list[str]:
    ec2 = client("ec2", address, account)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{i}.0/24", AvailabilityZone=zone) for i, zone in enumerate(zones)
    ]
    return [m["Subnet"]["SubnetId"] for m in made]


def test_a_subnet_group_covers_two_zones_and_stays_while_it_is_used(rds: Any, address: str, account: str) -> None:
    one_zone = subnets(address, account, "eu-west-1a", "eu-west-1a")
    two_zones = subnets(address, account, "eu-west-1a", "eu-west-1b")
    named = {"DBSubnetGroupName": "intra", "DBSubnetGroupDescription": "intra"}
    assert refused(rds.create_db_subnet_group, **named, SubnetIds=one_zone) == "DBSubnetGroupDoesNotCoverEnoughAZs"
    rds.create_db_subnet_group(**named, SubnetIds=two_zones)
    assert refused(rds.modify_db_subnet_group, **named, SubnetIds=one_zone) == "DBSubnetGroupDoesNotCoverEnoughAZs"
    rds.modify_db_subnet_group(DBSubnetGroupName="intra", SubnetIds=two_zones)
    database(rds, DBSubnetGroupName="intra")
    assert refused(rds.delete_db_subnet_group, DBSubnetGroupName="intra") == "InvalidDBSubnetGroupStateFault"
    rds.delete_db_instance(DBInstanceIdentifier="registry", SkipFinalSnapshot=True)
    rds.delete_db_subnet_group(DBSubnetGroupName="intra")


def test_a_parameter_group_stays_while_it_is_used(rds: Any) -> None:
    group = {"DBParameterGroupName": "tls"}
    rds.create_db_parameter_group(**group, DBParameterGroupFamily="postgres17", Description="tls")
    database(rds, **group)
    assert refused(rds.delete_db_parameter_group, **group) == "InvalidDBParameterGroupState"
    rds.delete_db_instance(DBInstanceIdentifier="registry", SkipFinalSnapshot=True)
    rds.delete_db_parameter_group(**group)


def test_the_name_of_a_canceled_signing_profile_is_used_up(address: str, account: str) -> None:
    signer = client("signer", address, account)
    profile = {"profileName": "images", "platformId": "Notation-OCI-SHA384-ECDSA"}
    signer.put_signing_profile(**profile)
    assert (
        signer.get_signing_profile(profileName="images")["platformDisplayName"] == "Notation for container registries"
    )
    signer.cancel_signing_profile(profileName="images")
    assert refused(signer.get_signing_profile, profileName="images") == "ResourceNotFoundException"
    assert refused(signer.put_signing_profile, **profile) == "ValidationException"


def group(name: str = "routes", **more: Any) -> dict[str, Any]:
    return {
        "FeatureGroupName": name,
        "RecordIdentifierFeatureName": "route",
        "EventTimeFeatureName": "event_time",
        "FeatureDefinitions": [
            {"FeatureName": "route", "FeatureType": "String"},
            {"FeatureName": "event_time", "FeatureType": "String"},
            {"FeatureName": "flights", "FeatureType": "Integral"},
        ],
        "RoleArn": "arn:aws:iam::111122223333:role/feature-groups",
        "OfflineStoreConfig": {"S3StorageConfig": {"S3Uri": "s3://features/groups/"}},
        **more,
    }


def test_a_feature_group_has_its_table(address: str, account: str) -> None:
    sagemaker, glue = client("sagemaker", address, account), client("glue", address, account)
    glue.create_database(DatabaseInput={"Name": "offline"})
    store = group()["OfflineStoreConfig"] | {
        "DataCatalogConfig": {"Catalog": "AwsDataCatalog", "Database": "offline", "TableName": "routes"}
    }
    sagemaker.create_feature_group(**group(OfflineStoreConfig=store))
    shown = sagemaker.describe_feature_group(FeatureGroupName="routes")
    place = shown["OfflineStoreConfig"]["S3StorageConfig"]["ResolvedOutputS3Uri"]
    assert place.startswith(f"s3://features/groups/{account}/sagemaker/")
    table = glue.get_table(DatabaseName="offline", Name="routes")["Table"]["StorageDescriptor"]
    assert table["Location"] == place
    assert {c["Name"]: c["Type"] for c in table["Columns"]}["flights"] == "bigint"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"RecordIdentifierFeatureName": "airport"}, "ValidationException"),
        ({"EventTimeFeatureName": "when"}, "ValidationException"),
        ({"OfflineStoreConfig": None}, "ValidationException"),
    ],
)
def test_a_feature_group_that_makes_no_sense_is_refused(
    wrong: dict[str, Any], code: str, address: str, account: str
) -> None:
    sagemaker = client("sagemaker", address, account)
    asked = {k: v for k, v in group(**wrong).items() if v is not None}
    assert refused(sagemaker.create_feature_group, **asked) == code
    sagemaker.create_feature_group(**group())
    assert refused(sagemaker.create_feature_group, **group()) == "ResourceInUse"
    sagemaker.delete_feature_group(FeatureGroupName="routes")
    assert refused(sagemaker.describe_feature_group, FeatureGroupName="routes") == "ResourceNotFound"


def test_a_workgroup_with_queries_goes_only_on_request(address: str, account: str) -> None:
    athena = client("athena", address, account)
    athena.create_work_group(Name="features", Configuration={})
    athena.create_named_query(Name="q", Database="d", QueryString="SELECT 1", WorkGroup="features")
    assert refused(athena.delete_work_group, WorkGroup="features") == "InvalidRequestException"
    athena.delete_work_group(WorkGroup="features", RecursiveDeleteOption=True)


def test_a_policy_of_packages_goes_with_its_group(address: str, account: str) -> None:
    sagemaker = client("sagemaker", address, account)
    named = {"ModelPackageGroupName": "models"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    assert refused(sagemaker.put_model_package_group_policy, **named, ResourcePolicy=policy) == "ValidationException"
    sagemaker.create_model_package_group(**named)
    assert refused(sagemaker.get_model_package_group_policy, **named) == "ValidationException"
    sagemaker.put_model_package_group_policy(**named, ResourcePolicy=policy)
    assert sagemaker.get_model_package_group_policy(**named)["ResourcePolicy"] == policy
    sagemaker.delete_model_package_group_policy(**named)
    assert refused(sagemaker.get_model_package_group_policy, **named) == "ValidationException"


def test_cached_images_lie_where_their_rule_says(address: str, account: str) -> None:
    ecr = client("ecr", address, account)
    rule = {"ecrRepositoryPrefix": "quay", "upstreamRegistryUrl": "quay.io"}
    ecr.create_pull_through_cache_rule(**rule)
    assert refused(ecr.create_pull_through_cache_rule, **rule) == "PullThroughCacheRuleAlreadyExistsException"
    tags = [{"Key": "team", "Value": "t"}]
    ecr.create_repository_creation_template(prefix="quay", appliedFor=["PULL_THROUGH_CACHE"], resourceTags=tags)
    [template] = ecr.describe_repository_creation_templates(prefixes=["quay"])["repositoryCreationTemplates"]
    assert template["resourceTags"] == tags
    gone = refused(ecr.describe_pull_through_cache_rules, ecrRepositoryPrefixes=["kubernetes"])
    assert gone == "PullThroughCacheRuleNotFoundException"
