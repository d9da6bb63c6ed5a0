"""What a line of the drift table is, and the AWS that it is done to."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

State = Mapping[str, Any]  # a resource's attributes, as Terraform's state has them
Clients = Callable[[str], Any]  # service -> boto3 client, in the resource's own account and region

ANYBODY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


@dataclass(frozen=True)
class Drift:
    """A change behind Terraform's back: what is done with a resource of `type`, and the attribute that must show it.

    Without an attribute the resource is gone, and the plan must make it again. `when` leaves out resources of which
    the change would change nothing.
    """

    type: str
    what: str
    make: Callable[[Clients, State], object]
    attribute: str | None = None
    when: Callable[[State], bool] = lambda _: True


def anything(actions: str, arn: str, principal: str) -> str:
    """A resource policy by which `principal` may do `actions`."""
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions, "Resource": arn}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass(frozen=True)
class Aws:
    """The AWS at the endpoint that `env` names, and only that: nothing of this process's own settings is used."""

    env: Mapping[str, str]

    def of(self, state: State) -> Clients:
        """The clients for a resource: its account and region are those of its ARN, else the environment's."""
        parts = str(state.get("arn") or "").split(":")
        region = state.get("region") or (parts[3] if len(parts) > 4 else "") or self.env["AWS_REGION"]
        account = parts[4] if len(parts) > 4 and parts[4].isdigit() else self.env["AWS_ACCESS_KEY_ID"]
        return lambda service: self._client(service, str(region), account)

    def _client(self, service: str, region: str, account: str) -> Any:
        return _client(service, region, account, self.env["AWS_SECRET_ACCESS_KEY"], self.env["AWS_ENDPOINT_URL"])


@cache
def _client(service: str, region: str, account: str, secret: str, endpoint: str) -> Any:
    import botocore.session
    from botocore.config import Config

    nothing = dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
    session = botocore.session.Session(session_vars={"profile": (None, None, None, None), **nothing})
    client = session.create_client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=account,
        aws_secret_access_key=secret,
        config=Config(proxies={}, inject_host_prefix=False, retries={"total_max_attempts": 1}),
    )

    def stay(params: dict[str, Any], **_: Any) -> None:  # S3 Control puts the account before even an address
        params["url"] = urlunsplit(urlsplit(params["url"])._replace(netloc=urlsplit(endpoint).netloc))

    client.meta.events.register("before-call", stay)
    return client
