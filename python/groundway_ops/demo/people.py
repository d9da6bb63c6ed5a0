"""Who approves in the demo: sessions of the role that people of operations sign in with."""

import json
from contextlib import suppress
from dataclasses import replace

from groundway_ops.accounts import Account

STANDS_FOR = (
    "sso-platform-ops"  # environment.yaml names it: the role that an organization's single sign-on gives people
)


def reviewer(account: Account, session: str) -> Account:
    """The account as somebody sees it whom single sign-on let in as `session`.

    On AWS they would go on to the environment's own role for operations, which asks for a second factor: the local
    cloud cannot judge that.
    """
    iam, environment = account.client("iam"), account.environment
    here = f"arn:{environment.partition}:iam::{environment.account}"
    own = {"Effect": "Allow", "Principal": {"AWS": f"{here}:root"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [own]})
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=STANDS_FOR, AssumeRolePolicyDocument=trust)
    return _taking(account, f"{here}:role/{STANDS_FOR}", session)


def _taking(account: Account, role: str, session: str) -> Account:
    found = account.client("sts").assume_role(RoleArn=role, RoleSessionName=session)["Credentials"]
    own = {
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
        "AWS_SESSION_TOKEN": found["SessionToken"],
    }
    return replace(account, variables={**account.variables, **own})
