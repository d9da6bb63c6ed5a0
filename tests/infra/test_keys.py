"""Keys: who administers one, who uses it, and through what."""

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from sites import DEV

from groundway.environment import load_all
from infra import cdk
from infra.cdk import App, TerraformStack
from infra.keys import Key, KeyProps
from stacks.cloud import Cloud
from stacks.foundation import Foundation

ROOT = {"AWS": f"arn:aws:iam::{DEV.account}:root"}
CHECKOUT = Path(__file__).parents[2]
ENVIRONMENTS = load_all(CHECKOUT)
PURPOSES = {"data", "cluster", "registry", "telemetry", "metrics", "audit"}
# What reads or writes under a key, or lets others do so.
USES = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:CreateGrant", "kms:Sign")
Statement = dict[str, Any]


def synthesized(**props: Any) -> dict[str, Any]:
    stack = TerraformStack(cdk.Testing.app(), "stack")
    Key(stack, "key", KeyProps(site=DEV, name="k", description="", **props))
    [key] = json.loads(cdk.Testing.synth(stack))["resource"]["aws_kms_key"].values()
    return dict(key)


def policy(**props: Any) -> dict[str, Statement]:
    """Sid to statement."""
    return {s["Sid"]: s for s in json.loads(synthesized(**props)["policy"])["Statement"]}


def allowed(statement: Statement, actions: tuple[str, ...]) -> set[str]:
    return {a for a in actions if any(fnmatchcase(a, pattern) for pattern in statement["Action"])}


def test_who_administers_a_key_cannot_use_it() -> None:
    [only] = policy().values()
    assert only["Principal"] == ROOT
    assert allowed(only, ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DescribeKey", "kms:EnableKeyRotation"))
    assert not allowed(only, USES)
    assert not any("*" in a for a in only["Action"])


def test_the_account_uses_a_key_only_through_the_services_that_are_named() -> None:
    found = policy(services=["s3", "ecr"])
    use, grant = found["UseThroughServices"], found["GrantToServices"]
    assert use["Principal"] == grant["Principal"] == ROOT
    assert use["Condition"] == {
        "StringEquals": {"kms:ViaService": ["s3.eu-west-1.amazonaws.com", "ecr.eu-west-1.amazonaws.com"]}
    }
    assert grant["Action"] == ["kms:CreateGrant"]
    assert grant["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert not {"UseThroughServices", "GrantToServices"} & set(policy())


def test_services_that_act_by_themselves_do_so_for_this_account_and_trail() -> None:
    trail = f"arn:aws:cloudtrail:eu-west-1:{DEV.account}:trail/p"
    found = policy(logs=True, publishers=["budgets.amazonaws.com"], trail_arn=trail)
    services = {sid: s for sid, s in found.items() if "Service" in s["Principal"]}
    assert set(services) == {"EncryptLogs", "EncryptMessages", "EncryptTrail"}
    for sid, statement in services.items():
        assert DEV.account in json.dumps(statement["Condition"]), sid
    assert found["EncryptTrail"]["Condition"]["StringEquals"]["aws:SourceArn"] == trail
    assert allowed(found["EncryptTrail"], USES) == {"kms:GenerateDataKey"}  # it writes; who reads is somebody else
    assert not {"EncryptLogs", "EncryptMessages", "EncryptTrail"} & set(policy())


def test_a_protected_key_cannot_be_destroyed_by_a_plan() -> None:
    assert synthesized(protect=True)["lifecycle"] == {"prevent_destroy": True}
    assert "lifecycle" not in synthesized()


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def keys(request: pytest.FixtureRequest) -> tuple[bool, dict[str, dict[str, Any]]]:
    """Whether the environment is protected, and alias to key."""
    environment = ENVIRONMENTS[request.param]
    stack = Foundation(App(), environment, Cloud.LOCAL)
    made = json.loads(cdk.Testing.synth(stack))["resource"]
    return environment.protection, {
        alias["name"].removeprefix(f"alias/{environment.prefix}-"): key
        for alias in made["aws_kms_alias"].values()
        for address, key in made["aws_kms_key"].items()
        if f"aws_kms_key.{address}.key_id" in alias["target_key_id"]
    }


def test_each_purpose_has_its_key(keys: tuple[bool, dict[str, dict[str, Any]]]) -> None:
    protected, found = keys
    assert set(found) == PURPOSES
    for purpose, key in found.items():
        assert key["enable_key_rotation"] is True
        assert key.get("lifecycle", {}).get("prevent_destroy", False) is protected, purpose


def test_no_key_of_an_environment_may_be_used_without_a_condition(
    keys: tuple[bool, dict[str, dict[str, Any]]],
) -> None:
    for purpose, key in keys[1].items():
        for statement in json.loads(key["policy"])["Statement"]:
            if allowed(statement, USES):
                assert statement.get("Condition"), (purpose, statement["Sid"])


def test_the_page_for_security_tells_every_key(keys: tuple[bool, dict[str, dict[str, Any]]]) -> None:
    rows = re.findall(r"^\| `([a-z]+)` \|", (CHECKOUT / "docs" / "security.md").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(keys[1])
