"""Policy documents as JSON text. Inline, so that a reviewer and a policy engine see them whole."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Statement = dict[str, Any]


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


def allow(
    sid: str, actions: Sequence[str], resources: Sequence[str], condition: Mapping[str, Any] | None = None
) -> Statement:
    return _statement({"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}, condition)


def deny(sid: str, actions: Sequence[str], resources: Sequence[str]) -> Statement:
    return _statement({"Sid": sid, "Effect": "Deny", "Action": list(actions), "Resource": list(resources)}, None)


def allow_service(
    sid: str,
    services: Sequence[str],
    actions: Sequence[str],
    resources: Sequence[str],
    condition: Mapping[str, Any] | None = None,
) -> Statement:
    """A resource policy's statement: AWS services may do `actions` to the thing that carries it."""
    statement = {"Sid": sid, "Effect": "Allow", "Principal": {"Service": list(services)}, "Action": list(actions)}
    return _statement({**statement, "Resource": list(resources)}, condition)


def accounts(ids: Sequence[str], partition: str = "aws") -> dict[str, list[str]]:
    """The principal of a resource policy that stands for whole accounts: their own IAM says who of them."""
    return {"AWS": [f"arn:{partition}:iam::{account}:root" for account in ids]}


def deny_plain_http(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """Nobody may use the thing without TLS."""
    statement = {"Sid": "DenyPlainHttp", "Effect": "Deny", "Principal": "*", "Action": list(actions)}
    return _statement({**statement, "Resource": list(resources)}, {"Bool": {"aws:SecureTransport": "false"}})


def trust(services: Sequence[str], account: str | None = None, tag_session: bool = False) -> Statement:
    """Who may take a role: AWS services, and only on behalf of `account` where the service says for whom it acts."""
    actions = ["sts:AssumeRole", "sts:TagSession"] if tag_session else ["sts:AssumeRole"]
    statement = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": actions}
    return _statement(statement, {"StringEquals": {"aws:SourceAccount": account}} if account else None)


def trust_roles(roles: Sequence[str], tag_session: bool = False) -> Statement:
    """Who may take a role: the sessions of these roles; nobody, while there are none."""
    if not roles:  # AWS takes no trust policy that is empty
        return {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole"]}
    actions = ["sts:AssumeRole", "sts:TagSession"] if tag_session else ["sts:AssumeRole"]
    return {"Effect": "Allow", "Principal": {"AWS": list(roles)}, "Action": actions}


def trust_token(provider_arn: str, claims: Mapping[str, Any]) -> Statement:
    """Who may take a role: the bearers of an OIDC provider's tokens whose claims (`issuer:claim`) are these."""
    statement = {"Effect": "Allow", "Principal": {"Federated": [provider_arn]}}
    return _statement({**statement, "Action": ["sts:AssumeRoleWithWebIdentity"]}, {"StringEquals": dict(claims)})


def _statement(statement: Statement, condition: Mapping[str, Any] | None) -> Statement:
    return {**statement, "Condition": dict(condition)} if condition else statement
