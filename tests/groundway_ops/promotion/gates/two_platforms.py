"""What the stacks would have made in the accounts of dev and staging, as far as models and data need it."""

from dataclasses import replace

import emulated_platform

from groundway import platform as platforms
from groundway.platform import Images, Platform
from groundway_ops.accounts import Account


def deploy(account: Account) -> Platform:
    """Buckets, key, table and repositories in the environment's account, and the record that names them."""
    name, region = account.environment.name, {"AWS_REGION": emulated_platform.REGION}
    there = replace(account, variables={**account.variables, **region, "AWS_DEFAULT_REGION": emulated_platform.REGION})
    prefix = account.environment.prefix
    host = f"{account.environment.account}.dkr.ecr.{account.environment.region}.amazonaws.com"
    with there.entered():
        made = emulated_platform.deploy(name)
    images = Images(training=f"{host}/{prefix}/training", serving=f"{host}/{prefix}/serving")
    platform = made.model_copy(update={"environment": name, "images": images})
    record = {"Name": platforms.parameter_name(name), "Value": platform.model_dump_json(), "Type": "String"}
    account.client("ssm").put_parameter(**record)
    for purpose in ("training", "serving"):
        account.client("ecr").create_repository(repositoryName=f"{prefix}/{purpose}")
    return platform
