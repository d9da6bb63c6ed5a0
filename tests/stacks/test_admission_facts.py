"""What the admission policies are told of an environment is what its stacks make."""

import pytest
from synthesis import Synthesized

from groundway.environment import Environment
from groundway_ops.gate import tenancy
from groundway_ops.gate.admission import parameters
from infra.addons import IDENTITIES

NAMES = ("dev", "staging", "prod")


def lines(environment: Environment, key: str) -> set[str]:
    return set(parameters(environment)["data"][key].split("\n"))


@pytest.mark.parametrize("name", NAMES)
def test_identities_are_those_of_the_stacks(
    synthesized: Synthesized, environments: dict[str, Environment], name: str
) -> None:
    made = {
        f"{one.arguments['namespace']}/{one.arguments['service_account']}"
        for one in synthesized.resources(f"{name}-", "aws_eks_pod_identity_association")
    }
    assert made
    assert lines(environments[name], "identities") == made


@pytest.mark.parametrize("name", NAMES)
def test_repositories_are_those_of_the_stacks(
    synthesized: Synthesized, environments: dict[str, Environment], name: str
) -> None:
    environment = environments[name]
    made = {one.arguments["name"].split("/")[0] for one in synthesized.resources(f"{name}-", "aws_ecr_repository")} | {
        one.arguments["ecr_repository_prefix"]
        for one in synthesized.resources(f"{name}-", "aws_ecr_pull_through_cache_rule")
    }
    host = f"{environment.account}.dkr.ecr.{environment.region}.amazonaws.com"
    assert lines(environment, "images") == {f"{host}/{repository}/" for repository in made}


@pytest.mark.parametrize("name", NAMES)
def test_taints_are_what_the_policies_take_for_accelerators(
    synthesized: Synthesized, environments: dict[str, Environment], name: str
) -> None:
    groups = [one.arguments for one in synthesized.resources(f"{name}-", "aws_eks_node_group")]
    taints = {taint["key"] for group in groups for taint in group.get("taint", [])}
    assert taints
    assert taints <= tenancy.accelerators(environments[name]).keys()


@pytest.mark.parametrize("name", NAMES)
def test_namespaces_of_add_ons_with_an_identity_are_known(environments: dict[str, Environment], name: str) -> None:
    environment = environments[name]
    spaces = {IDENTITIES[addon].pods.namespace for addon in environment.cluster.addons if addon in IDENTITIES}
    assert {f"{space}=" for space in spaces} <= lines(environment, "namespaces")
