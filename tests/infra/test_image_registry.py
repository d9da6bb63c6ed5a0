"""Images: who may pull, what is kept and for how long, how they are scanned, signed and pulled through."""

import json
from typing import Any

import pytest
from sites import DEV

from infra import cdk
from infra.cdk import TerraformStack
from infra.image_registry import ImageRepository, ImageRepositoryProps, retention
from infra.image_scanning import ImageScanning
from infra.image_signing import ImageSigning, ImageSigningProps
from infra.pull_through import REGISTRIES, PullThrough, PullThroughProps

OTHER = "222222222222"


@pytest.fixture
def stack() -> TerraformStack:
    return TerraformStack(cdk.Testing.app(), "stack")


def resources(stack: TerraformStack, kind: str) -> list[dict[str, Any]]:
    return list(json.loads(cdk.Testing.synth(stack)).get("resource", {}).get(kind, {}).values())


def repository(stack: TerraformStack, **more: Any) -> None:
    ImageRepository(
        stack, "images", ImageRepositoryProps(site=DEV, name=f"{DEV.prefix}/training", key_arn="key", **more)
    )


def cache(stack: TerraformStack, *upstreams: str) -> PullThrough:
    props = PullThroughProps(
        site=DEV,
        upstreams=upstreams,
        key_arn="key",
        boundary_arn="boundary",
        tags={"team": "t"},
    )
    return PullThrough(stack, "cache", props)


def test_an_account_that_is_promoted_to_may_pull_and_do_nothing_else(stack: TerraformStack) -> None:
    repository(stack, readers=[OTHER])
    [policy] = resources(stack, "aws_ecr_repository_policy")
    [statement] = json.loads(policy["policy"])["Statement"]
    assert statement["Principal"] == {"AWS": [f"arn:aws:iam::{OTHER}:root"]}
    assert "ecr:BatchGetImage" in statement["Action"]
    assert not [a for a in statement["Action"] if "*" in a or a.startswith(("ecr:Put", "ecr:Delete", "ecr:Set"))]


def test_nobody_else_may_pull(stack: TerraformStack) -> None:
    repository(stack)
    assert resources(stack, "aws_ecr_repository_policy") == []


@pytest.mark.parametrize("protect", [True, False])
def test_a_protected_repository_is_kept(protect: bool, stack: TerraformStack) -> None:
    repository(stack, protect=protect, force_delete=not protect)
    [made] = resources(stack, "aws_ecr_repository")
    assert made.get("lifecycle", {}).get("prevent_destroy", False) is protect
    assert made["force_delete"] is not protect


def test_what_lost_its_tag_goes_first() -> None:
    untagged, rest = json.loads(retention(30))["rules"]
    assert untagged["rulePriority"] < rest["rulePriority"]
    assert untagged["selection"] == {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": 7,
    }
    assert rest["selection"]["countNumber"] == 30


@pytest.mark.parametrize(("enhanced", "how"), [(True, "CONTINUOUS_SCAN"), (False, "SCAN_ON_PUSH")])
def test_every_image_is_scanned(enhanced: bool, how: str, stack: TerraformStack) -> None:
    ImageScanning(stack, "scanning", enhanced=enhanced)
    [made] = resources(stack, "aws_ecr_registry_scanning_configuration")
    assert made["scan_type"] == ("ENHANCED" if enhanced else "BASIC")
    [rule] = made["rule"]
    assert rule["scan_frequency"] == how
    assert rule["repository_filter"] == [{"filter": "*", "filter_type": "WILDCARD"}]


def test_a_signing_profile_never_takes_the_name_of_one_that_is_gone(stack: TerraformStack) -> None:
    ImageSigning(stack, "signing", ImageSigningProps(site=DEV))
    [profile] = resources(stack, "aws_signer_signing_profile")
    assert "name" not in profile
    assert profile["name_prefix"] == "groundway_dev_"  # Signer takes no hyphens
    assert profile["platform_id"] == "Notation-OCI-SHA384-ECDSA"


def test_what_is_pulled_through_is_kept_as_ours_is(stack: TerraformStack) -> None:
    cache(stack, *REGISTRIES)
    rules = {
        r["ecr_repository_prefix"]: r["upstream_registry_url"]
        for r in resources(stack, "aws_ecr_pull_through_cache_rule")
    }
    assert rules == {"ecr-public": "public.ecr.aws", "kubernetes": "registry.k8s.io", "quay": "quay.io"}
    templates = resources(stack, "aws_ecr_repository_creation_template")
    assert {t["prefix"] for t in templates} == set(rules)
    for template in templates:
        assert template["applied_for"] == ["PULL_THROUGH_CACHE"]
        assert template["image_tag_mutability"] == "IMMUTABLE"
        assert template["encryption_configuration"] == [{"encryption_type": "KMS", "kms_key": "key"}]
        assert template["resource_tags"] == {"team": "t"}
        assert json.loads(template["lifecycle_policy"]) == json.loads(retention(30))


def test_a_rule_waits_for_its_template(stack: TerraformStack) -> None:
    """An image that is pulled between the two would lie in a repository without our key, for ever."""
    cache(stack, "quay")
    [rule] = resources(stack, "aws_ecr_pull_through_cache_rule")
    assert any(d.startswith("aws_ecr_repository_creation_template.") for d in rule["depends_on"])


def test_repositories_are_made_under_the_upstreams_names_only(stack: TerraformStack) -> None:
    cache(stack, "quay").grant("nodes", "groundway-dev-node")
    statements = {
        s["Sid"]: (policy["role"], s["Resource"])
        for policy in resources(stack, "aws_iam_role_policy")
        for s in json.loads(policy["policy"])["Statement"]
    }
    only_quay = [f"arn:aws:ecr:eu-west-1:{DEV.account}:repository/quay/*"]
    assert statements["PullThrough"] == ("groundway-dev-node", only_quay)
    assert statements["MakeRepositories"][1] == only_quay
    [role] = resources(stack, "aws_iam_role")
    [trust] = json.loads(role["assume_role_policy"])["Statement"]
    assert trust["Principal"] == {"Service": ["ecr.amazonaws.com"]}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": DEV.account}}
