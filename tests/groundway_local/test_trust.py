"""Whom a trust policy lets assume a role; what cannot be judged is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from groundway_local.emulator.trust import Caller, refusal

STAGING, DEV = "222222222222", "111111111111"
ROLE = f"arn:aws:iam::{STAGING}:role/ci/deployer"
SESSION = f"arn:aws:sts::{STAGING}:assumed-role/deployer/run-1"
KEYS = {"aws:principalarn": ROLE, "aws:principalaccount": STAGING, "sts:externalid": "abc", "sts:rolesessionname": "r"}
SESSION_OF_ROLE = Caller(SESSION, STAGING, frozenset({SESSION, ROLE}), "AWS", KEYS)
PROVIDER = f"arn:aws:iam::{DEV}:oidc-provider/token.actions.githubusercontent.com"
CLAIMS = {
    "token.actions.githubusercontent.com:sub": "repo:us/models:ref:refs/heads/main",
    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
}
GITHUB = Caller(CLAIMS["token.actions.githubusercontent.com:sub"], DEV, frozenset({PROVIDER}), "Federated", CLAIMS)


def allow(principal: Any, condition: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}
    return {**statement, "Condition": condition} if condition else statement


def judge(*statements: dict[str, Any], caller: Caller = SESSION_OF_ROLE, action: str = "sts:AssumeRole") -> str | None:
    return refusal({"Version": "2012-10-17", "Statement": list(statements)}, action, caller)


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": STAGING},
        {"AWS": f"arn:aws:iam::{STAGING}:root"},
        {"AWS": [DEV, ROLE]},
        {"AWS": SESSION},
    ],
)
def test_who_is_meant(principal: Any) -> None:
    assert judge(allow(principal)) is None


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": DEV},
        {"AWS": f"arn:aws:iam::{STAGING}:role/deployer"},  # without its path
        {"AWS": f"arn:aws:iam::{STAGING}:role/*"},  # no wildcards within an ARN
        {"Service": "ec2.amazonaws.com"},
        {"Service": "*"},
        {"Federated": PROVIDER},
        {},
    ],
)
def test_who_is_not_meant(principal: Any) -> None:
    assert judge(allow(principal)) == "the role's trust policy does not allow it"


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"StringEquals": {"sts:ExternalId": "abc"}}, True),
        ({"StringEquals": {"sts:ExternalId": ["x", "abc"]}}, True),
        ({"StringEquals": {"STS:externalid": "abc"}}, True),
        ({"StringEquals": {"sts:ExternalId": "other"}}, False),
        ({"StringEquals": {"sts:ExternalId": "a*"}}, False),
        ({"StringLike": {"sts:ExternalId": "a*"}}, True),
        ({"StringNotEquals": {"sts:ExternalId": "abc"}}, False),
        ({"StringNotLike": {"sts:ExternalId": "x*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{STAGING}:role/ci/*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci/deployer"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*/ci/deployer"}}, False),  # a wildcard crosses no colon
        ({"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{STAGING}:role/other"}}, False),
        ({"StringEquals": {"aws:PrincipalAccount": STAGING, "sts:ExternalId": "abc"}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": DEV, "sts:ExternalId": "abc"}}, False),
    ],
)
def test_conditions(condition: dict[str, Any], allowed: bool) -> None:
    assert (judge(allow({"AWS": STAGING}, condition)) is None) is allowed


def test_what_is_not_given_meets_no_condition_unless_it_says_so() -> None:
    bare = Caller(ROLE, STAGING, frozenset({ROLE}), "AWS", {**KEYS, "sts:externalid": None})
    assert judge(allow("*", {"StringEquals": {"sts:ExternalId": "abc"}}), caller=bare)
    assert judge(allow("*", {"StringEqualsIfExists": {"sts:ExternalId": "abc"}}), caller=bare) is None
    assert judge(allow("*", {"StringNotEquals": {"sts:ExternalId": "abc"}}), caller=bare) is None


def test_a_deny_wins_wherever_it_stands() -> None:
    deny = {**allow({"AWS": STAGING}), "Effect": "Deny"}
    assert judge(allow("*"), deny) == "the role's trust policy denies it"
    assert judge(deny, allow("*")) == "the role's trust policy denies it"
    assert judge(allow("*"), {**deny, "Principal": {"AWS": DEV}}) is None


def test_the_action_counts() -> None:
    assert judge(allow("*", Action="sts:TagSession"))
    assert judge(allow("*", Action=["sts:TagSession", "sts:*"])) is None
    assert judge(allow("*", Action="sts:AssumeRole"), action="sts:AssumeRoleWithWebIdentity")


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (allow("*", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), "aws:PrincipalOrgID"),
        (allow("*", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), "IpAddress"),
        (allow("*", {"ForAnyValue:StringEquals": {"sts:ExternalId": "abc"}}), "ForAnyValue:StringEquals"),
        (allow("*", {"StringEquals": {"sts:ExternalId": "${aws:userid}"}}), "${aws:userid}"),
        ({"Effect": "Allow", "NotAction": "s3:*", "Principal": "*"}, "NotAction"),
        ({"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": DEV}}, "NotPrincipal"),
    ],
)
def test_what_cannot_be_judged_is_refused_by_name(statement: dict[str, Any], named: str) -> None:
    assert named in (judge(statement) or "")
    assert judge(statement, allow({"AWS": STAGING})) is None  # another statement allows it, whatever this one says
    assert named in (judge(allow({"AWS": STAGING}), {**statement, "Effect": "Deny"}) or "")


def test_a_condition_that_fails_decides_beside_one_that_cannot_be_judged() -> None:
    mixed = {"StringEquals": {"aws:PrincipalOrgID": "o-1", "sts:ExternalId": "other"}}
    assert judge(allow("*", mixed)) == "the role's trust policy does not allow it"


def test_a_web_identity() -> None:
    def asked(sub: str, aud: str = "sts.amazonaws.com", principal: str = PROVIDER, operator: str = "StringLike") -> Any:
        host = "token.actions.githubusercontent.com"
        condition = {operator: {f"{host}:sub": sub, f"{host}:aud": aud}}
        statement = allow({"Federated": principal}, condition, Action="sts:AssumeRoleWithWebIdentity")
        return judge(statement, caller=GITHUB, action="sts:AssumeRoleWithWebIdentity")

    assert asked("repo:us/models:*") is None
    assert asked("repo:us/models:ref:refs/heads/main", operator="StringEquals") is None
    assert asked("repo:us/models:*", operator="StringEquals")
    assert asked("repo:them/models:*")
    assert asked("*", aud="other")
    assert asked("*", principal=PROVIDER.replace("actions", "other"))
    claim = {"StringEquals": {"token.actions.githubusercontent.com:actor": "ann"}}
    statement = allow({"Federated": PROVIDER}, claim, Action="sts:AssumeRoleWithWebIdentity")
    assert "actor" in (judge(statement, caller=GITHUB, action="sts:AssumeRoleWithWebIdentity") or "")


def test_a_policy_that_says_nothing_allows_nobody() -> None:
    assert judge()
    assert refusal({}, "sts:AssumeRole", SESSION_OF_ROLE)
    assert refusal({"Statement": allow("*")}, "sts:AssumeRole", SESSION_OF_ROLE) is None  # one, not in a list
