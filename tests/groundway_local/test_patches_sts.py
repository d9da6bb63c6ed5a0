"""A role of the local cloud is assumed by whom its trust policy allows, and by nobody else."""

from __future__ import annotations

import base64
import itertools
import json
import re
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from local_cloud import REGION, client

HOST = "token.actions.githubusercontent.com"
DEV, STAGING, OTHER = "210000000001", "210000000002", "210000000003"  # IAM of a new account takes moto a second
NUMBERS = itertools.count()
SUBJECT = "repo:us/models:ref:refs/heads/main"


def role(address: str, account: str, kind: str, *statements: dict[str, Any], **more: Any) -> str:
    """A new role with this trust policy, named `<kind>-<number>`; its ARN."""
    name = f"{kind}-{next(NUMBERS)}"
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    made = client("iam", address, account).create_role(RoleName=name, AssumeRolePolicyDocument=policy, **more)
    return str(made["Role"]["Arn"])


def trusting(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}


def assume(address: str, who: str | dict[str, str], arn: str, **more: Any) -> dict[str, str]:
    """Assume a role as an account, or with a session's credentials; credentials of the new session."""
    given = {"account": who} if isinstance(who, str) else session(who)
    sts = client("sts", address, **given)
    got = sts.assume_role(RoleArn=arn, RoleSessionName=more.pop("name", "run-1"), **more)
    return dict(got["Credentials"])


def session(credentials: dict[str, str]) -> dict[str, str]:
    return {"account": credentials["AccessKeyId"], "aws_session_token": credentials["SessionToken"]}


def refused(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call()
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


@pytest.fixture
def dev() -> str:
    return DEV


@pytest.fixture
def staging() -> str:
    return STAGING


def test_the_session_is_of_the_role_and_its_account(address: str, dev: str, staging: str) -> None:
    arn = role(address, dev, "reader", trusting({"AWS": staging}), Path="/ci/")
    found = client("sts", address, **session(assume(address, staging, arn))).get_caller_identity()
    assert found["Account"] == dev
    assert found["Arn"] == f"arn:aws:sts::{dev}:assumed-role/{arn.rpartition('/')[2]}/run-1"
    assert found["UserId"].endswith(":run-1")
    assert client("sts", address, staging).get_caller_identity()["Arn"] == f"arn:aws:iam::{staging}:root"


def test_whom_the_policy_does_not_name_is_denied(address: str, dev: str, staging: str) -> None:
    arn = role(address, dev, "reader", trusting({"AWS": staging}))
    code, text = refused(lambda: assume(address, OTHER, arn))
    assert code == "AccessDenied"
    assert f"arn:aws:iam::{OTHER}:root is not authorized to perform: sts:AssumeRole on resource: {arn}" in text
    for_a_service = role(address, dev, "service", trusting({"Service": "ec2.amazonaws.com"}))
    assert refused(lambda: assume(address, dev, for_a_service))[0] == "AccessDenied"


def test_a_role_that_nobody_made_is_denied(address: str, dev: str) -> None:
    code, text = refused(lambda: assume(address, dev, f"arn:aws:iam::{dev}:role/none"))
    assert (code, "there is no such role" in text) == ("AccessDenied", True)
    assert refused(lambda: assume(address, dev, f"arn:aws:iam::{dev}:user/a-user-is-no-role"))[0] == "ValidationError"


def test_one_role_leads_to_another(address: str, dev: str, staging: str) -> None:
    first = role(address, staging, "deployer", trusting({"AWS": staging}))
    second = role(address, dev, "reader", trusting({"AWS": first}))
    assert refused(lambda: assume(address, staging, second))[0] == "AccessDenied"  # the account is not the role
    chained = assume(address, assume(address, staging, first), second)
    assert client("sts", address, **session(chained)).get_caller_identity()["Account"] == dev


def test_the_external_id(address: str, dev: str, staging: str) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "abc"}}
    arn = role(address, dev, "reader", trusting({"AWS": staging}, Condition=condition))
    assert refused(lambda: assume(address, staging, arn))[0] == "AccessDenied"
    assert refused(lambda: assume(address, staging, arn, ExternalId="other"))[0] == "AccessDenied"
    assert assume(address, staging, arn, ExternalId="abc")["AccessKeyId"]


def test_what_is_not_judged_is_named(address: str, dev: str) -> None:
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    arn = role(address, dev, "admin", trusting({"AWS": dev}, Condition=condition))
    assert "condition operator Bool" in refused(lambda: assume(address, dev, arn))[1]


def test_a_session_is_as_long_as_the_role_allows(address: str, dev: str) -> None:
    arn = role(address, dev, "short", trusting({"AWS": dev}), MaxSessionDuration=3600)
    assert refused(lambda: assume(address, dev, arn, DurationSeconds=7200))[0] == "ValidationError"
    assert assume(address, dev, arn, DurationSeconds=1800)["AccessKeyId"]


def test_a_policy_that_changes_counts_at_once(address: str, dev: str, staging: str) -> None:
    arn = role(address, dev, "reader", trusting({"AWS": staging}))
    assert assume(address, staging, arn)
    closed = json.dumps({"Version": "2012-10-17", "Statement": [trusting({"AWS": dev})]})
    client("iam", address, dev).update_assume_role_policy(RoleName=arn.rpartition("/")[2], PolicyDocument=closed)
    assert refused(lambda: assume(address, staging, arn))[0] == "AccessDenied"


# web identities -------------------------------------------------------------------------------------------------------
def token(**claims: Any) -> str:
    """A token as GitHub writes it, signed by nobody."""
    said = {"iss": f"https://{HOST}", "sub": SUBJECT, "aud": "sts.amazonaws.com", "exp": time.time() + 300, **claims}
    parts = ({"alg": "RS256", "typ": "JWT"}, {k: v for k, v in said.items() if v is not None})
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts), "sig"])


@pytest.fixture
def by_token(address: str, dev: str) -> Callable[..., str]:
    """Assume the role of CI with a token; the ARN of the session."""
    iam = client("iam", address, dev)
    provider = f"arn:aws:iam::{dev}:oidc-provider/{HOST}"
    if provider not in [p["Arn"] for p in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]:
        iam.create_open_id_connect_provider(Url=f"https://{HOST}", ClientIDList=["sts.amazonaws.com"])
    condition = {
        "StringEquals": {f"{HOST}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{HOST}:sub": "repo:us/models:*"},
    }
    federated = trusting({"Federated": provider}, Condition=condition)
    arn = role(address, dev, "ci", {**federated, "Action": "sts:AssumeRoleWithWebIdentity"})
    anyone = boto3.client("sts", endpoint_url=address, region_name=REGION, config=Config(signature_version=UNSIGNED))

    def assumed(of: str = arn, **claims: Any) -> str:
        text = claims.pop("text", None) or token(**claims)
        got = anyone.assume_role_with_web_identity(RoleArn=of, RoleSessionName="ci-1", WebIdentityToken=text)
        return str(client("sts", address, **session(got["Credentials"])).get_caller_identity()["Arn"])

    return assumed


def test_a_token_with_the_right_claims(by_token: Callable[..., str], dev: str) -> None:
    assert re.fullmatch(rf"arn:aws:sts::{dev}:assumed-role/ci-\d+/ci-1", by_token())


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"sub": "repo:them/models:ref:refs/heads/main"}, "AccessDenied"),
        ({"aud": "other"}, "InvalidIdentityToken"),
        ({"iss": "https://gitlab.com"}, "InvalidIdentityToken"),
        ({"exp": 1}, "ExpiredTokenException"),
        ({"sub": None}, "InvalidIdentityToken"),
        ({"text": "abc.def"}, "InvalidIdentityToken"),
    ],
)
def test_a_token_with_wrong_claims(by_token: Callable[..., str], claims: dict[str, Any], code: str) -> None:
    assert refused(lambda: by_token(**claims))[0] == code


def test_a_role_for_accounts_takes_no_token(by_token: Callable[..., str], address: str, dev: str) -> None:
    arn = role(address, dev, "reader", trusting("*"))
    assert refused(lambda: by_token(arn))[0] == "AccessDenied"


def test_saml_is_refused(address: str, dev: str) -> None:
    sts = client("sts", address, dev)
    saml = base64.b64encode(b"<x/>").decode()
    arn, idp = f"arn:aws:iam::{dev}:role/sso", f"arn:aws:iam::{dev}:saml-provider/idp"
    asked = {"RoleArn": arn, "PrincipalArn": idp, "SAMLAssertion": saml}
    assert refused(lambda: sts.assume_role_with_saml(**asked))[0] == "AccessDenied"
