"""What the stacks are made of: names, states, references, cost tags, and what an environment's data does to them."""

from collections import Counter
from copy import deepcopy

import pytest
from synthesis import PARTS, Synthesized

from groundway.environment import Environment
from groundway.tags import KEYS

ENVIRONMENTS = ("dev", "staging", "prod")
LEAST = 60  # resources of the smallest environment


def test_every_environment_has_its_four_stacks(synthesized: Synthesized) -> None:
    assert set(synthesized.stacks) == {f"{e}-{p}" for e in ENVIRONMENTS for p in PARTS}


def test_stacks_wait_for_what_they_refer_to(synthesized: Synthesized) -> None:
    stacks = synthesized.manifest["stacks"]
    assert stacks["dev-foundation"]["dependencies"] == []
    assert stacks["dev-compute"]["dependencies"] == ["dev-foundation"]
    assert set(stacks["dev-ml"]["dependencies"]) == {"dev-foundation", "dev-compute"}
    assert set(stacks["dev-observability"]["dependencies"]) == {"dev-foundation", "dev-compute", "dev-ml"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_is_a_whole_platform(environment: str, synthesized: Synthesized) -> None:
    counts = Counter(r.type for r in synthesized.resources(environment))
    assert counts.total() >= LEAST
    assert counts["aws_eks_cluster"] == 1
    assert counts["aws_s3_bucket"] >= 4
    assert counts["aws_prometheus_workspace"] == 1


def test_the_clouds_differ_in_the_providers_source_alone(synthesized: Synthesized, for_aws: Synthesized) -> None:
    assert synthesized.manifest == for_aws.manifest
    for name, local in synthesized.stacks.items():
        aws = deepcopy(for_aws.stacks[name])
        assert local != aws
        assert aws["terraform"]["required_providers"]["aws"].pop("source") == "hashicorp/aws"
        local = deepcopy(local)
        assert local["terraform"]["required_providers"]["aws"].pop("source") == "groundway.local/dev/aws"
        assert local == aws


def test_the_wrong_account_and_region_are_impossible(
    synthesized: Synthesized, environments: dict[str, Environment]
) -> None:
    for name, stack in synthesized.stacks.items():
        environment = environments[name.partition("-")[0]]
        [provider] = stack["provider"]["aws"]
        assert provider["allowed_account_ids"] == [environment.account]
        assert provider["region"] == environment.region


def test_everything_carries_every_cost_tag(synthesized: Synthesized, environments: dict[str, Environment]) -> None:
    for name, stack in synthesized.stacks.items():
        [provider] = stack["provider"]["aws"]
        [tags] = provider["default_tags"]
        assert tags["tags"] == environments[name.partition("-")[0]].cost_tags.aws()
        assert set(tags["tags"]) == set(KEYS)
    for resource in synthesized.resources():  # a tag set here would hide the default
        assert not set(KEYS) & set(resource.arguments.get("tags", {})), resource


def test_cost_tags_reach_instances_and_volumes(synthesized: Synthesized, environments: dict[str, Environment]) -> None:
    templates = synthesized.resources(type="aws_launch_template")
    assert templates
    for template in templates:
        specifications = {s["resource_type"]: s["tags"] for s in template.arguments["tag_specifications"]}
        assert {"instance", "volume", "network-interface"} <= set(specifications)
        expected = environments[template.stack.partition("-")[0]].cost_tags.aws()
        for tags in specifications.values():
            assert tags.items() >= expected.items()


def test_each_stack_has_its_own_locked_state(synthesized: Synthesized, environments: dict[str, Environment]) -> None:
    keys = set()
    for name, stack in synthesized.stacks.items():
        environment, _, part = name.partition("-")
        backend = stack["terraform"]["backend"]["s3"]
        assert backend["use_lockfile"] is True
        assert "encrypt" not in backend  # it would ask for S3's own key instead of the bucket's
        assert backend["bucket"] == environments[environment].state_bucket
        assert backend["region"] == environments[environment].region
        assert backend["key"] == f"{environment}/{part}.tfstate"
        keys.add((backend["bucket"], backend["key"]))
    assert len(keys) == len(synthesized.stacks)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_pools_are_what_the_environment_says(
    environment: str, synthesized: Synthesized, environments: dict[str, Environment]
) -> None:
    groups = {
        r.arguments["node_group_name"]: r.arguments for r in synthesized.resources(environment, "aws_eks_node_group")
    }
    data = environments[environment]
    managed = {n: p for n, p in data.gpu_pools.items() if p.scaler == "managed"}
    assert set(groups) == {*data.cpu_pools, *managed}
    for name, pool in {**data.cpu_pools, **managed}.items():
        scaling = groups[name]["scaling_config"]
        assert (scaling["min_size"], scaling["desired_size"], scaling["max_size"]) == (pool.min, pool.desired, pool.max)
        assert groups[name]["instance_types"] == list(pool.instance_types)
        assert groups[name]["capacity_type"] == {"spot": "SPOT"}.get(pool.capacity, "ON_DEMAND")
        assert groups[name]["lifecycle"]["ignore_changes"] == ["scaling_config[0].desired_size"]
    for name, pool in managed.items():
        vendor = pool.accelerator.vendor
        resource = {"nvidia": "nvidia.com/gpu", "neuron": "aws.amazon.com/neuron"}[vendor]
        assert groups[name]["scaling_config"]["min_size"] == 0
        assert groups[name]["taint"] == [{"effect": "NO_SCHEDULE", "key": resource, "value": "present"}]
        assert groups[name]["ami_type"] == f"AL2023_x86_64_{vendor.upper()}"
    for name in data.cpu_pools:
        assert "taint" not in groups[name]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_protection_reaches_everything_that_can_be_protected(
    environment: str, synthesized: Synthesized, environments: dict[str, Environment]
) -> None:
    protected = environments[environment].protection
    [cluster] = synthesized.resources(environment, "aws_eks_cluster")
    assert cluster.arguments["deletion_protection"] is protected
    for bucket in synthesized.resources(environment, "aws_s3_bucket"):
        assert bucket.arguments["force_destroy"] is not protected
    for repository in synthesized.resources(environment, "aws_ecr_repository"):
        assert repository.arguments["force_delete"] is not protected
    [table] = synthesized.resources(environment, "aws_dynamodb_table")
    assert table.arguments["deletion_protection_enabled"] is environments[environment].online_table.deletion_protection


@pytest.mark.parametrize(("environment", "gateways"), [("dev", 1), ("staging", 1), ("prod", 3)])
def test_nat_gateways(environment: str, gateways: int, synthesized: Synthesized) -> None:
    assert len(synthesized.resources(environment, "aws_nat_gateway")) == gateways


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_budget_warns_at_each_threshold_and_before(
    environment: str, synthesized: Synthesized, environments: dict[str, Environment]
) -> None:
    budgets = synthesized.resources(environment, "aws_budgets_budget")
    [budget] = [b for b in budgets if b.name.startswith("cost-controls_budget_")]
    data = environments[environment].budget
    assert budget.arguments["limit_amount"] == str(data.monthly_usd)
    notices = [(n["notification_type"], n["threshold"]) for n in budget.arguments["notification"]]
    assert notices == [*(("ACTUAL", t) for t in data.thresholds), ("FORECASTED", 100)]
    assert len(notices) <= 5  # more AWS does not take
    assert budget.arguments["cost_filter"] == [{"name": "TagKeyValue", "values": [f"user:environment${environment}"]}]
