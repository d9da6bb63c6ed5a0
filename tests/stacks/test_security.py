"""What security would look for in the synthesized stacks: boundaries, wildcards, encryption, openness, retention."""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest
from synthesis import CHECKOUT, Resource, Synthesized

from groundway.environment import Environment
from groundway.environment.policies import operator_boundary
from infra.identity import PermissionBoundaryProps, boundary_document
from infra.site import Site

# Actions for which AWS knows no resource: https://docs.aws.amazon.com/service-authorization/
NO_RESOURCE = {
    "cloudwatch:GetMetricData",
    "cloudwatch:ListMetrics",
    "cloudwatch:PutMetricData",
    "ecr:GetAuthorizationToken",
    "iam:ListInstanceProfiles",
    "logs:GetQueryResults",
    "logs:StopQuery",
    "pricing:GetProducts",
    "tag:GetResources",
}
PEOPLE = ("people_",)  # roles of people: tests/infra/test_identity.py says more about them
LOOKS = re.compile(r"ec2:Describe\w+")  # of which EC2 knows no resource either
POD = {"aws:RequestTag/kubernetes-namespace", "aws:RequestTag/kubernetes-service-account"}
LOOKS_AT_PROFILES = {"iam:GetInstanceProfile", "iam:ListInstanceProfiles"}
ENVIRONMENTS = ("dev", "staging", "prod")


def statements(document: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(document)["Statement"]
    return listed


def one_or_many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def role_policies(synthesized: Synthesized, environment: str = "") -> list[tuple[Resource, dict[str, Any]]]:
    return [
        (policy, statement)
        for policy in synthesized.resources(environment, "aws_iam_role_policy")
        for statement in statements(policy.arguments["policy"])
    ]


def test_every_role_is_inside_the_boundary(synthesized: Synthesized) -> None:
    roles = synthesized.resources(type="aws_iam_role")
    assert len(roles) >= 3 * 5
    for role in roles:
        boundary = role.arguments.get("permissions_boundary", "")
        if role.name.startswith(PEOPLE):  # `groundway bootstrap` makes theirs, and nobody whom it bounds can change it
            assert re.fullmatch(r"arn:aws:iam::\d{12}:policy/groundway-\w+-operator-boundary", boundary), role
            continue
        assert re.search(r"aws_iam_policy[._]?boundary_policy_\w+", boundary), role


def test_no_role_may_act_on_everything(synthesized: Synthesized) -> None:
    found = role_policies(synthesized)
    assert found
    for policy, statement in found:
        assert not any("*" in a for a in statement["Action"]), policy
        if "*" in statement["Resource"]:
            assert {a for a in statement["Action"] if not LOOKS.fullmatch(a)} <= NO_RESOURCE, policy


def test_services_act_for_our_account_only(synthesized: Synthesized, environments: dict[str, Environment]) -> None:
    for role in synthesized.resources(type="aws_iam_role"):
        for statement in statements(role.arguments["assume_role_policy"]):
            if set(statement["Principal"]) == {"AWS"}:
                assert role.name.startswith((*PEOPLE, "promotion-reader")), role
                continue
            assert set(statement["Principal"]) == {"Service"}, role
            if statement["Principal"]["Service"] != ["ec2.amazonaws.com"]:  # which says for nobody
                account = environments[role.stack.partition("-")[0]].account
                condition = dict(statement["Condition"]["StringEquals"])
                assert condition.pop("aws:SourceAccount") == account, role
                # For pods it may say more: those of one service account.
                pods = statement["Principal"]["Service"] == ["pods.eks.amazonaws.com"]
                assert set(condition) <= (POD if pods else set()), role


@pytest.fixture(scope="module")
def boundaries(environments: dict[str, Environment]) -> dict[str, list[dict[str, Any]]]:
    return {
        name: statements(boundary_document(PermissionBoundaryProps(site=Site.of(e))))
        for name, e in environments.items()
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_a_role_is_given_the_boundary_lets_through(
    environment: str,
    synthesized: Synthesized,
    boundaries: dict[str, list[dict[str, Any]]],
    environments: dict[str, Environment],
) -> None:
    """A role may do what both allow: what is given and not let through would fail at run time, on AWS only."""
    of_people = statements(operator_boundary(environments[environment], CHECKOUT))
    for policy, statement in role_policies(synthesized, environment):
        boundary = of_people if policy.name.startswith(PEOPLE) else boundaries[environment]
        for action in statement["Action"]:
            through = [
                resource
                for s in boundary
                if s["Effect"] == "Allow" and any(fnmatchcase(action, a) for a in one_or_many(s["Action"]))
                for resource in one_or_many(s["Resource"])
            ]
            assert through, (str(policy), action)
            for resource in statement["Resource"]:
                if "${" not in resource:  # a reference is known after the deploy
                    assert any(fnmatchcase(resource, t) for t in through), (str(policy), action, resource)


def test_the_boundary_has_no_placeholder_left_and_names_its_environment(
    boundaries: dict[str, list[dict[str, Any]]], environments: dict[str, Environment]
) -> None:
    for name, boundary in boundaries.items():
        text = json.dumps(boundary)
        assert "${" not in text
        others = [e for e in ENVIRONMENTS if e != name]
        assert not any(f"groundway-{other}" in text for other in others)
        forbidden = ("iam:", "organizations:", "sts:")
        # An exception: the policy that stops spending may be attached to our roles, and it only denies.
        policy = f"arn:aws:iam::{environments[name].account}:policy/groundway-{name}-spending-stopped"
        stop = {"ArnEquals": {"iam:PolicyARN": policy}}
        # Another: Karpenter gives its nodes, and nothing else, the role of nodes, and looks at instance profiles.
        to_nodes = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
        [passing] = [s for s in boundary if s.get("Condition") == to_nodes]
        assert passing["Action"] == ["iam:PassRole"]
        assert passing["Resource"] == [
            f"arn:aws:iam::{environments[name].account}:role/groundway-{name}-karpenter-node"
        ]
        # Pipelines hand training's role to SageMaker, and read models where they are promoted from.
        to_jobs = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
        [passing] = [s for s in boundary if s.get("Condition") == to_jobs]
        assert passing["Action"] == ["iam:PassRole"]
        assert passing["Resource"] == [f"arn:aws:iam::{environments[name].account}:role/groundway-{name}-training"]
        [assuming] = [s for s in boundary if s["Action"] == ["sts:AssumeRole"]]
        assert assuming["Resource"] == ["arn:aws:iam::*:role/groundway-*-promotion-reader"]
        known = (stop, to_nodes, to_jobs)
        allowed = [
            s for s in boundary if s["Effect"] == "Allow" and s.get("Condition") not in known and s is not assuming
        ]
        actions = {a for s in allowed for a in one_or_many(s["Action"])} - LOOKS_AT_PROFILES
        assert not [a for a in actions if a == "*" or a.startswith(forbidden)]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_karpenter_alone_starts_instances(environment: str, boundaries: dict[str, list[dict[str, Any]]]) -> None:
    """Whatever a role of ours were given: the boundary denies it to all but Karpenter's controller."""
    [denied] = [s for s in boundaries[environment] if "ec2:RunInstances" in s["Action"]]
    assert (denied["Effect"], denied["Resource"]) == ("Deny", ["*"])
    [(operator, condition)] = denied["Condition"].items()
    assert operator == "ArnNotEquals"
    assert condition["aws:PrincipalArn"].endswith(f":role/groundway-{environment}-karpenter")


@pytest.mark.parametrize(
    "setting",
    [
        "versioning",
        "server_side_encryption_configuration",
        "public_access_block",
        "ownership_controls",
        "policy",
        "lifecycle_configuration",
    ],
)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_bucket_has_every_setting(setting: str, environment: str, synthesized: Synthesized) -> None:
    buckets = {f"${{aws_s3_bucket.{b.name}.bucket}}" for b in synthesized.resources(environment, "aws_s3_bucket")}
    set_for = {r.arguments["bucket"] for r in synthesized.resources(environment, f"aws_s3_bucket_{setting}")}
    assert len(buckets) >= 4
    assert set_for == buckets


def test_buckets_are_closed(synthesized: Synthesized, environments: dict[str, Environment]) -> None:
    accounts = {e.account for e in environments.values()}
    for block in synthesized.resources(type="aws_s3_bucket_public_access_block"):
        for flag in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"):
            assert block.arguments[flag] is True, block
    for policy in synthesized.resources(type="aws_s3_bucket_policy"):
        deny, *others = statements(policy.arguments["policy"])
        for other in others:  # AWS services that write there, for our account
            assert set(other["Principal"]) == {"Service"}
            who = other["Condition"]["StringEquals"]
            account = who["aws:SourceAccount"] if "aws:SourceAccount" in who else who["aws:SourceArn"].split(":")[4]
            assert account in accounts, policy
        assert deny["Effect"] == "Deny"
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert len(deny["Resource"]) == 2


def test_who_reads_or_writes_an_object_is_recorded(
    synthesized: Synthesized, environments: dict[str, Environment]
) -> None:
    """In the trail, for every bucket: they have no access logs of S3 beside it."""
    for name, environment in environments.items():
        [trail] = synthesized.resources(name, "aws_cloudtrail")
        recorded = {
            arn.removeprefix("arn:aws:s3:::").removesuffix("/")
            for selector in trail.arguments["advanced_event_selector"]
            for field in selector["field_selector"]
            for arn in field.get("starts_with", ())
        }
        buckets = {b.arguments["bucket"] for b in synthesized.resources(name, "aws_s3_bucket")}
        assert buckets - recorded == {environment.bucket_name("evidence")}  # by reference: only who reads it


def test_what_is_kept_is_encrypted_with_our_keys(synthesized: Synthesized) -> None:
    wanted = {
        "aws_s3_bucket_server_side_encryption_configuration": lambda a: a["rule"][0][
            "apply_server_side_encryption_by_default"
        ]["kms_master_key_id"],
        "aws_dynamodb_table": lambda a: a["server_side_encryption"]["kms_key_arn"],
        "aws_ecr_repository": lambda a: a["encryption_configuration"][0]["kms_key"],
        "aws_cloudwatch_log_group": lambda a: a["kms_key_id"],
        "aws_sns_topic": lambda a: a["kms_master_key_id"],
        "aws_eks_cluster": lambda a: a["encryption_config"]["provider"]["key_arn"],
    }
    for kind, key in wanted.items():
        found = synthesized.resources(type=kind)
        assert found
        for resource in found:
            if "billing-bucket" in str(resource):  # AWS's exports of the bill know S3's own key alone
                continue
            assert "aws_kms_key" in key(resource.arguments), resource


def test_keys_rotate(synthesized: Synthesized) -> None:
    for key in synthesized.resources(type="aws_kms_key"):
        assert key.arguments["enable_key_rotation"] is True
        assert key.arguments["deletion_window_in_days"] == (7 if key.stack.startswith("dev") else 30)


def test_logs_are_kept_as_long_as_the_environment_says(
    synthesized: Synthesized, environments: dict[str, Environment]
) -> None:
    groups = synthesized.resources(type="aws_cloudwatch_log_group")
    assert {g.stack for g in groups} >= {f"{e}-{p}" for e in ENVIRONMENTS for p in ("foundation", "compute", "ml")}
    for group in groups:
        assert group.arguments["retention_in_days"] == environments[group.stack.partition("-")[0]].logs.retention_days


def test_instances_have_no_old_metadata_service_and_encrypted_disks(synthesized: Synthesized) -> None:
    for template in synthesized.resources(type="aws_launch_template"):
        assert template.arguments["metadata_options"]["http_tokens"] == "required"
        assert template.arguments["metadata_options"]["http_put_response_hop_limit"] == 1
        [disk] = template.arguments["block_device_mappings"]
        assert disk["ebs"]["encrypted"] == "true"
        assert disk["ebs"]["volume_type"] == "gp3"


def test_images_cannot_be_replaced_and_are_scanned(synthesized: Synthesized) -> None:
    for repository in synthesized.resources(type="aws_ecr_repository"):
        assert repository.arguments["image_tag_mutability"] == "IMMUTABLE"
        assert repository.arguments["image_scanning_configuration"]["scan_on_push"] is True


def test_nothing_is_reachable_from_the_internet(synthesized: Synthesized, environments: dict[str, Environment]) -> None:
    for rule in synthesized.resources(type="aws_vpc_security_group_ingress_rule"):
        network = environments[rule.stack.partition("-")[0]].network.cidr
        assert rule.arguments.get("cidr_ipv4", network) == network, rule
        assert not {"cidr_ipv6", "prefix_list_id"} & set(rule.arguments), rule
        assert {"cidr_ipv4", "referenced_security_group_id"} & set(rule.arguments), rule
    for subnet in synthesized.resources(type="aws_subnet"):
        assert subnet.arguments["map_public_ip_on_launch"] is False
    for cluster in synthesized.resources(type="aws_eks_cluster"):
        assert cluster.arguments["vpc_config"]["endpoint_public_access"] is False
