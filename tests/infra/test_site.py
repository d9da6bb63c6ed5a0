"""Where constructs stand: their names, and ARNs in every part of AWS."""

from dataclasses import replace
from pathlib import Path

import pytest
from sites import DEV

from groundway.environment import Environment, load_all
from infra.site import Site

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize("environment", load_all(CHECKOUT).values(), ids=lambda e: e.name)
def test_a_site_is_that_of_the_environment(environment: Environment) -> None:
    site = Site.of(environment)
    assert (site.prefix, site.environment) == (environment.prefix, environment.name)
    assert (site.account, site.region, site.partition) == (environment.account, environment.region, "aws")


def test_the_partition_is_that_of_the_region() -> None:
    china = load_all(CHECKOUT)["dev"].model_copy(update={"region": "cn-north-1"})
    assert Site.of(china).arn("sns", "t") == f"arn:aws-cn:sns:cn-north-1:{china.account}:t"


@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
def test_arns_begin_with_the_partition(partition: str) -> None:
    site = replace(DEV, partition=partition)
    assert site.arn("eks", "cluster/c") == f"arn:{partition}:eks:eu-west-1:111111111111:cluster/c"
    assert site.global_arn("iam", "role/r") == f"arn:{partition}:iam::111111111111:role/r"
    assert site.bucket_arn("b/key") == f"arn:{partition}:s3:::b/key"


@pytest.mark.parametrize(("prefix", "project"), [("groundway-dev", "groundway"), ("dev-dev", "dev"), ("p", "p")])
def test_the_project_is_what_the_prefixes_of_its_environments_share(prefix: str, project: str) -> None:
    assert replace(DEV, prefix=prefix).project == project
