"""Where the stacks run: on AWS, or in the local cloud. The provider's source is all that differs between them."""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum

from groundway.environment import Environment
from groundway.errors import InvalidInput, Refused, Unavailable

VARIABLE = "GROUNDWAY_CLOUD"


class Cloud(StrEnum):
    LOCAL = "local"
    AWS = "aws"

    @property
    def provider_source(self) -> str:
        """The address that Terraform installs the `aws` provider from."""
        return {"local": "groundway.local/dev/aws", "aws": "hashicorp/aws"}[self]


def chosen() -> Cloud:
    """The cloud that `GROUNDWAY_CLOUD` names; the local one unless it says otherwise."""
    value = os.environ.get(VARIABLE) or Cloud.LOCAL
    try:
        return Cloud(value)
    except ValueError:
        near = get_close_matches(value, list(Cloud), n=1)
        meant = f"did you mean {near[0].value!r}? " if near else ""
        raise InvalidInput(f"{VARIABLE} is {value!r}; {meant}valid: {', '.join(Cloud)}") from None


def reachable(environments: Iterable[Environment]) -> list[Environment]:
    """Those `environments` that the AWS credentials at hand belong to.

    Raises `Unavailable` without usable credentials and `Refused` when they are another account's: before Terraform
    starts, and so before anything is planned in the wrong place.
    """
    account = _account()
    environments = list(environments)
    matching = [e for e in environments if e.account == account]
    if not matching:
        wanted = ", ".join(f"{e.name} is {e.account}" for e in environments)
        raise Refused(
            f"the AWS credentials are for account {account}, but {wanted}. Use credentials of that account "
            "(AWS_PROFILE), or correct `account` in environment.yaml."
        )
    return matching


def _account() -> str:
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
    except ModuleNotFoundError:
        raise Unavailable(f"{VARIABLE}=aws needs boto3 to check the credentials; install it, or `make setup`") from None
    mend = f"Set them (AWS_PROFILE, or `aws sso login`), or leave {VARIABLE} out for the local cloud."
    config = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "max_attempts": 2})
    try:
        sts = boto3.client("sts", region_name=os.environ.get("AWS_REGION") or "us-east-1", config=config)
        account: str = sts.get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as e:
        raise Unavailable(f"{VARIABLE}=aws, but there are no AWS credentials that work: {e}. {mend}") from None
    return account
