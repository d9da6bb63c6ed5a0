"""The `provider "aws"` block: what is honoured, and what is refused because it could not be."""

from __future__ import annotations

import os
from typing import Any

from groundway_local.provider.loopback import require_loopback
from groundway_local.provider.problem import Problem
from groundway_local.provider.session import MAX_RETRIES, Models, Session, Settings
from groundway_local.provider.values import UNKNOWN, State, has_unknown

HONOURED = {
    "region",
    "access_key",
    "secret_key",
    "token",
    "endpoints",
    "default_tags",
    "assume_role",
    "allowed_account_ids",
    "forbidden_account_ids",
    "max_retries",
    "alias",
    # Checks against the real AWS, which nobody makes here; and path-style S3 addresses, which are always used.
    "skip_credentials_validation",
    "skip_metadata_api_check",
    "skip_region_validation",
    "skip_requesting_account_id",
    "s3_use_path_style",
}
ROLE_ARGUMENTS = {
    "role_arn": "RoleArn",
    "session_name": "RoleSessionName",
    "external_id": "ExternalId",
    "policy": "Policy",
}
# Names of services in the `endpoints` block that botocore calls otherwise.
SERVICES = {"cloudwatchlogs": "logs", "eventbridge": "events", "costexplorer": "ce"}


def problems(config: State) -> list[Problem]:
    """Attributes that cannot be honoured, and endpoints elsewhere."""
    found = [
        Problem(
            "The local cloud cannot carry this out",
            f"provider.{name}: the local cloud's provider does not know it. Leave it out when GROUNDWAY_CLOUD=local",
            (name,),
        )
        for name, value in config.items()
        if value not in (None, [], {}, False, "") and name not in HONOURED
    ]
    for name, value in _role(config).items():
        if value not in (None, [], {}) and name not in ROLE_ARGUMENTS:
            text = f"provider.assume_role.{name}: the local cloud's provider does not know it"
            found.append(Problem("The local cloud cannot carry this out", text, ("assume_role", 0, name)))
    for name, url in _endpoints(config).items():
        try:
            require_loopback(url, ("endpoints",))
        except Problem as problem:
            found.append(Problem(problem.summary, f"endpoints.{name} {problem.detail}", problem.path))
    return found


def session(models: Models, config: State) -> Session:
    """The configured session; a Problem when it would not be on this machine, or in the wrong account."""
    if found := problems(config):
        raise found[0]
    if has_unknown(config.get("endpoints")) or config.get("region") is UNKNOWN:
        raise Problem("The provider's region and endpoints must be known", "They may not depend on a resource")
    settings = _settings(config)
    _assume_role(models, settings, _role(config))
    settings.account = Session(models, settings).api("sts").call("get_caller_identity")["Account"]
    _check_account(settings.account, config)
    return Session(models, settings)


def _settings(config: State) -> Settings:
    env = os.environ
    endpoints = _endpoints(config)
    endpoint = env.get("AWS_ENDPOINT_URL") or endpoints.get("sts") or next(iter(endpoints.values()), None)
    if not endpoint:
        raise Problem(
            "No local cloud to talk to",
            "AWS_ENDPOINT_URL is not set: start the local cloud with `groundway local up` "
            'and load its environment with `eval "$(groundway local env dev)"`',
        )
    require_loopback(endpoint)
    for name, url in env.items():
        if name.startswith("AWS_ENDPOINT_URL_"):
            endpoints.setdefault(name.removeprefix("AWS_ENDPOINT_URL_").lower(), require_loopback(url))
    key, secret = config.get("access_key") or env.get("AWS_ACCESS_KEY_ID"), config.get("secret_key")
    if not key:
        raise Problem(
            "No credentials", "AWS_ACCESS_KEY_ID is not set; in the local cloud it is the twelve-digit account number"
        )
    credentials = {
        "aws_access_key_id": key,
        "aws_secret_access_key": secret or env.get("AWS_SECRET_ACCESS_KEY") or "local",
    }
    if token := config.get("token") or env.get("AWS_SESSION_TOKEN"):
        credentials["aws_session_token"] = token
    tags = next((d.get("tags") or {} for d in config.get("default_tags") or []), {})
    return Settings(
        region=config.get("region") or env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION") or "us-east-1",
        endpoint=endpoint,
        endpoints=endpoints,
        credentials=credentials,
        default_tags=tags,
        max_retries=int(config["max_retries"]) if config.get("max_retries") is not None else MAX_RETRIES,
    )


def _endpoints(config: State) -> dict[str, str]:
    """Service to URL."""
    blocks = config.get("endpoints")
    given = [b for b in blocks if isinstance(b, dict)] if isinstance(blocks, list) else []
    return {
        str(SERVICES.get(name, name)): url for b in given for name, url in b.items() if isinstance(url, str) and url
    }


def _role(config: State) -> State:
    roles = config.get("assume_role")
    return next((r for r in roles if isinstance(r, dict)), {}) if isinstance(roles, list) else {}


def _assume_role(models: Models, settings: Settings, role: State) -> None:
    arguments: dict[str, Any] = {ROLE_ARGUMENTS[k]: v for k, v in role.items() if k in ROLE_ARGUMENTS and v}
    if "RoleArn" not in arguments:
        return
    arguments.setdefault("RoleSessionName", "terraform")
    got = Session(models, settings).api("sts").call("assume_role", **arguments)["Credentials"]
    settings.credentials = {
        "aws_access_key_id": got["AccessKeyId"],
        "aws_secret_access_key": got["SecretAccessKey"],
        "aws_session_token": got["SessionToken"],
    }


def _check_account(account: str, config: State) -> None:
    allowed, forbidden = config.get("allowed_account_ids"), config.get("forbidden_account_ids")
    if allowed and account not in allowed:
        text = f"{account} is not in allowed_account_ids ({', '.join(allowed)}); AWS_ACCESS_KEY_ID names the account"
        raise Problem("Wrong account", text, ("allowed_account_ids",))
    if forbidden and account in forbidden:
        raise Problem("Wrong account", f"{account} is in forbidden_account_ids", ("forbidden_account_ids",))
