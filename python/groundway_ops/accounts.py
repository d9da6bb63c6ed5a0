"""The AWS accounts of the environments: which variables lead into each, and one at a time this process's own.

A promotion looks at two of them. What runs in this process asks AWS through `groundway.platform.client`, so it works in
the account that the process has entered; what runs beside it is given the variables.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from groundway.environment import Environment
from groundway.errors import Refused, Unavailable
from groundway.platform import client
from groundway_ops import cloud

_ENTERED = threading.RLock()


@dataclass(frozen=True)
class Account:
    """An environment and the variables under which AWS is its account."""

    environment: Environment
    variables: Mapping[str, str] = field(repr=False)
    _clients: dict[str, Any] = field(init=False, default_factory=dict, repr=False, compare=False)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """This process works in the account as long as it lasts; other threads that want to enter one wait."""
        with _ENTERED:
            before = dict(os.environ)
            _become(self.variables)
            try:
                yield
            finally:
                _become(before)

    def client(self, service: str) -> Any:
        """A boto3 client in the account and region of the environment, made once."""
        if service not in self._clients:
            with self.entered():
                self._clients[service] = client(service, self.environment.region)
        return self._clients[service]

    def caller(self) -> str:
        """The ARN of whoever acts, as AWS knows them; of an assumed role with the name of its session."""
        return str(self.identity()["Arn"])

    def identity(self) -> dict[str, Any]:
        """What sts:GetCallerIdentity answers: Account, Arn, UserId."""
        with self.entered():
            return _identity(self.environment)


def of(environment: Environment) -> Account:
    """How to reach the account of `environment`.

    The credentials that this process has, if they are of that account; else `AWS_PROFILE` as `GROUNDWAY_PROFILE_<NAME>`
    says; else, in the local cloud, whoever owns the account there; else the role that the next environment's pipelines
    read with. Raises `Unavailable` when AWS cannot be asked.
    """
    name = f"GROUNDWAY_PROFILE_{environment.name.upper().replace('-', '_')}"
    if os.environ.get("GROUNDWAY_CLOUD") == "local":
        return Account(environment, _local(environment))
    if profile := os.environ.get(name):
        dropped = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        kept = {k: v for k, v in os.environ.items() if k not in dropped}
        account = Account(environment, {**kept, **_region(environment), "AWS_PROFILE": profile})
    elif _identity(environment)["Account"] == environment.account:
        return Account(environment, {**os.environ, **_region(environment)})
    else:
        account = Account(environment, _assumed(environment))
    if (found := account.identity()["Account"]) != environment.account:
        raise Refused(f"{name}={profile} leads to account {found}, but {environment.name} is {environment.account}")
    return account


def _local(environment: Environment) -> dict[str, str]:
    """In the local cloud one may be anybody: who took a role of the account keeps it."""
    variables = cloud.variables(environment.name)
    if os.environ.get("AWS_SESSION_TOKEN") and _identity(environment)["Account"] == environment.account:
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        return {**variables, **{k: os.environ[k] for k in names}}
    return variables


def _assumed(environment: Environment) -> dict[str, str]:
    from botocore.exceptions import BotoCoreError, ClientError

    role = f"arn:{environment.partition}:iam::{environment.account}:role/{environment.prefix}-promotion-reader"
    try:
        found = client("sts", environment.region).assume_role(RoleArn=role, RoleSessionName="promotion")["Credentials"]
    except (ClientError, BotoCoreError) as e:
        name = f"GROUNDWAY_PROFILE_{environment.name.upper()}"
        raise Unavailable(
            f"{environment.name} is account {environment.account}; these credentials are of another one and may not "
            f"take {role}: {e}. Set {name} to a profile of ~/.aws/config that leads there."
        ) from None
    kept = {k: v for k, v in os.environ.items() if k != "AWS_PROFILE"}
    return {
        **kept,
        **_region(environment),
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
        "AWS_SESSION_TOKEN": found["SessionToken"],
    }


def _region(environment: Environment) -> dict[str, str]:
    region = environment.region
    return {"AWS_REGION": region, "AWS_DEFAULT_REGION": region, "GROUNDWAY_ENVIRONMENT": environment.name}


def _identity(environment: Environment) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found: dict[str, Any] = client("sts", environment.region).get_caller_identity()
        return found
    except (ClientError, BotoCoreError) as e:
        raise Unavailable(
            f"AWS cannot be asked who this is: {e}. Set credentials; for the local cloud: groundway local up, then "
            f'eval "$(groundway local env {environment.name})"'
        ) from None


def _same(variables: Mapping[str, str]) -> bool:
    return dict(variables) == dict(os.environ)


def _become(variables: Mapping[str, str]) -> None:
    """boto3 keeps the credentials that it found first in its default session, so that is dropped as well."""
    if _same(variables):
        return
    import boto3

    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    os.environ.update(variables)
    boto3.DEFAULT_SESSION = None
