"""Make the bucket that an environment's Terraform state lives in, before the first deploy."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import click

from groundway.environment import Environment, load
from groundway.errors import GroundwayError, Refused, Unavailable
from groundway.platform import client

Step = tuple[str, Callable[[], Any]]


@click.command(epilog="Example: groundway bootstrap dev")
@click.argument("name", metavar="ENV")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def bootstrap(name: str, as_json: bool) -> None:
    """Make the bucket that an environment's Terraform state lives in, before the first deploy.

    Versioned, encrypted, private, TLS only, with the cost tags. Safe to run again: it mends what differs. Refuses (exit
    code 3) when the AWS credentials belong to another account than the environment's.
    """
    environment = load(name)
    result = make_state_bucket(environment, report=lambda text: click.echo(text, err=as_json))
    if as_json:
        click.echo(json.dumps(result, indent=2))
    else:
        click.echo(f"state bucket {result['bucket']}: {'made' if result['created'] else 'was there, in order'}")


def make_state_bucket(environment: Environment, report: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Create or mend the state bucket of `environment`. Returns its name, account, region, and whether it is new.

    Raises `Refused` for another account's credentials or bucket, `Unavailable` when AWS does not answer.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        _guard(environment)
        created = _create(environment, report)
        for label, step in _settings(environment):
            report(f"  {label}")
            step()
    except ClientError as e:
        raise GroundwayError(f"AWS refused while making {environment.state_bucket}: {e}") from None
    except BotoCoreError as e:
        raise Unavailable(
            f"AWS cannot be reached: {e}. Set credentials for account {environment.account}; for the local cloud: "
            f'groundway local up, then eval "$(groundway local env {environment.name})"'
        ) from None
    return {
        "bucket": environment.state_bucket,
        "account": environment.account,
        "region": environment.region,
        "created": created,
    }


def _guard(environment: Environment) -> None:
    account = client("sts", environment.region).get_caller_identity()["Account"]
    if account != environment.account:
        raise Refused(
            f"the AWS credentials are for account {account}, but {environment.name} is {environment.account}; "
            "nothing was changed"
        )


def _create(environment: Environment, report: Callable[[str], None]) -> bool:
    """Whether the bucket had to be created. A name that another account holds is refused."""
    from botocore.exceptions import ClientError

    s3, bucket = client("s3", environment.region), environment.state_bucket
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=environment.account)
    except ClientError as e:
        status = e.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 403:
            raise Refused(
                f"bucket {bucket} belongs to another account; choose another state_bucket in "
                f"environments/{environment.name}/environment.yaml"
            ) from None
        if status != 404:
            raise
    else:
        report(f"{bucket} is there; checking its settings")
        return False
    report(f"making {bucket} in {environment.region}")
    place = {} if environment.region == "us-east-1" else {"LocationConstraint": environment.region}
    s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": place} if place else {}))
    return True


def _settings(environment: Environment) -> Iterator[Step]:
    s3, bucket = client("s3", environment.region), environment.state_bucket
    arn = f"arn:{environment.partition}:s3:::{bucket}"
    yield (
        "private",
        lambda: s3.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        ),
    )
    yield (
        "versioned",
        lambda: s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}),
    )
    encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    yield (
        "encrypted",
        lambda: s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [encryption]}),
    )
    yield "TLS only", lambda: s3.put_bucket_policy(Bucket=bucket, Policy=_tls_only(arn))
    yield (
        "cost tags",
        lambda: s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": environment.cost_tags.aws_list()}),
    )


def _tls_only(arn: str) -> str:
    deny = {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [deny]})
