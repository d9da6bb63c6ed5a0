"""`groundway bootstrap`: look at what must be there before the first deploy, and make what is not."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import click

from groundway.environment import Environment, load, load_all
from groundway.errors import GroundwayError, Refused, Unavailable
from groundway.platform import client
from groundway.tags import CostTags
from groundway_ops.bootstrap.deployer import Deployer
from groundway_ops.bootstrap.signing import SigningKeys
from groundway_ops.bootstrap.state import StateBucket, StateKey
from groundway_ops.bootstrap.step import Step

Report = Callable[[str], None]


@click.command(epilog="Example: groundway bootstrap dev --check")
@click.argument("name", metavar="ENV")
@click.option("--check", is_flag=True, help="Change nothing; tell what is missing, with exit code 3 if anything is.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def bootstrap(name: str, check: bool, as_json: bool) -> None:
    """Make what the account of an environment needs before the first deploy; safe to run again.

    The bucket of Terraform's states and its key (one for all environments of an account), the providers of the tokens
    that CI comes with, the boundary of people and CI, the role that deploys, and the keys that models and evidence are
    signed with. Mends what differs, and brings the boundaries up to date: CI itself may not. Refuses (exit code 3)
    credentials of another account.
    """
    environment = load(name)
    result = prepare(environment, check, report=lambda text: click.echo(text, err=as_json))
    if as_json:
        click.echo(json.dumps(result, indent=2))
    missing = result["missing"]
    if not as_json:
        click.echo(f"{name}: {f'{len(missing)} missing' if missing else 'ready to deploy'}")
    if missing:
        raise SystemExit(Refused.exit_code)


def prepare(environment: Environment, check: bool = False, report: Report = lambda _: None) -> dict[str, Any]:
    """Make what is missing; with `check` only look. Returns what was made and what is missing, by name.

    Raises `Refused` for another account's credentials or bucket, `Unavailable` when AWS does not answer.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    made: list[str] = []
    missing: list[str] = []
    doing = "looking at the account"
    try:
        _guard(environment)
        for step in _steps(environment):
            doing = step.name
            why = step.missing()
            if why and not check:
                step.make()
            (missing if check else made).extend([step.name] if why else [])
            report(f"  {step.name}: {'ok' if not why else why if check else 'made'}")
    except ClientError as e:
        raise GroundwayError(f"AWS refused ({doing}): {e}") from None
    except BotoCoreError as e:
        raise Unavailable(
            f"AWS cannot be reached: {e}. Set credentials for account {environment.account}; for the local cloud: "
            f'groundway local up, then eval "$(groundway local env {environment.name})"'
        ) from None
    bucket = environment.state_bucket
    return {
        "bucket": bucket,
        "account": environment.account,
        "region": environment.region,
        "role": Deployer(environment).role_arn,
        "created": f"bucket {bucket}" in made,
        "made": made,
        "missing": missing,
    }


def _steps(environment: Environment) -> Iterator[Step]:
    tags = _shared_tags(environment)
    key = StateKey(environment, tags)
    yield from key.steps()
    yield from StateBucket(environment, tags, key).steps()
    yield from Deployer(environment).steps()
    yield from SigningKeys(environment).steps()


def _shared_tags(environment: Environment) -> CostTags:
    """What environments of one account share belongs to none of them; its other tags are those of the first."""
    sharing = [e for e in load_all().values() if e.account == environment.account]
    if len(sharing) < 2:
        return environment.cost_tags
    return sharing[0].cost_tags.using(environment="shared")


def _guard(environment: Environment) -> None:
    account = client("sts", environment.region).get_caller_identity()["Account"]
    if account != environment.account:
        raise Refused(
            f"the AWS credentials are for account {account}, but {environment.name} is {environment.account}; "
            "nothing was changed"
        )
