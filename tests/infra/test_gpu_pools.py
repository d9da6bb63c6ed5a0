"""GPU pools of every kind that the environment model allows: one synth, and what must hold of each."""

import itertools
import json
from typing import Any

import pytest
from pydantic import ValidationError
from sites import DEV

from groundway.environment import GpuPool, Reservation, Sharing
from groundway.errors import InvalidInput
from infra import cdk
from infra.cdk import TerraformStack
from infra.gpu_pools import GpuPools
from infra.nodes import PoolsProps, node_role

BLOCK = "cr-0123456789abcdef0"
TAGS = {"team": "demand", "cost-center": "cc-1"}
HINT = "k8s.io/cluster-autoscaler/node-template"
CHOICES: dict[str, list[Any]] = {
    "instance_types": [
        ("g6.2xlarge",),
        ("g5.xlarge", "g5.2xlarge"),
        ("p5.48xlarge",),
        ("p4d.24xlarge",),
        ("inf2.xlarge",),
    ],
    "capacity": ["on_demand", "spot", "reserved"],
    "reservation": [None, Reservation(instances=2, zone=1), Reservation(zone=2, capacity_block=BLOCK)],
    "efa": [False, True],
    "scaler": ["managed", "karpenter"],
    "sharing": [None, Sharing(time_slices=4), Sharing(mig="all-1g.10gb")],
}


def possible() -> dict[str, GpuPool]:
    """Every combination that the model lets through, by a name of its own."""
    found: dict[str, GpuPool] = {}
    for values in itertools.product(*CHOICES.values()):
        try:
            pool = GpuPool(max=2, labels={"workload": "x"}, **dict(zip(CHOICES, values, strict=True)))
        except ValidationError:
            continue
        found[f"pool-{len(found)}"] = pool
    return found


POOLS = possible()
MANAGED = {name: pool for name, pool in POOLS.items() if pool.scaler == "managed"}


def synthesized(pools: dict[str, GpuPool]) -> dict[str, dict[str, Any]]:
    stack = TerraformStack(cdk.Testing.app(), "stack")
    place = PoolsProps(
        site=DEV,
        cluster_name="c",
        vpc_id="vpc-1",
        subnet_ids=["subnet-a", "subnet-b", "subnet-c"],
        zones=["zone-a", "zone-b", "zone-c"],
        security_group_ids=["sg-workload"],
        node_role=node_role(stack, "node", DEV, "groundway-dev-node", "boundary"),
        tags=TAGS,
    )
    GpuPools(stack, "gpu", place, pools)
    resources: dict[str, dict[str, Any]] = json.loads(cdk.Testing.synth(stack))["resource"]
    return {kind: {key: {**r, "key": key} for key, r in named.items()} for kind, named in resources.items()}


@pytest.fixture(scope="module")
def made() -> dict[str, dict[str, Any]]:
    return synthesized(POOLS)


def one(made: dict[str, dict[str, Any]], kind: str, name: str) -> dict[str, Any] | None:
    """The resource of a pool: by its name tag, its name, or its place in the tree."""
    for resource in made.get(kind, {}).values():
        names = (resource.get("node_group_name"), resource.get("name"), resource.get("tags", {}).get("Name"))
        if name in names or f"groundway-dev-{name}" in names:
            return dict(resource)
    return None


def group_and_template(made: dict[str, dict[str, Any]], name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    group, template = one(made, "aws_eks_node_group", name), one(made, "aws_launch_template", name)
    assert group
    assert template
    return group, template


def group_tags(made: dict[str, dict[str, Any]], name: str) -> dict[str, str]:
    tags, (group, _) = {}, group_and_template(made, name)
    for resource in made["aws_autoscaling_group_tag"].values():
        if f"aws_eks_node_group.{group['key']}.resources[0].autoscaling_groups[0].name" in str(resource):
            assert resource["tag"]["propagate_at_launch"] is False
            tags[resource["tag"]["key"]] = resource["tag"]["value"]
    return tags


def test_the_combinations_are_many_and_of_every_kind() -> None:
    assert len(POOLS) > 60
    for key, values in CHOICES.items():
        assert {repr(getattr(p, key)) for p in POOLS.values()} == {repr(v) for v in values}


def test_a_pool_that_karpenter_scales_has_no_group(made: dict[str, dict[str, Any]]) -> None:
    groups = {g["node_group_name"] for g in made["aws_eks_node_group"].values()}
    assert groups == set(MANAGED)
    assert len(made["aws_launch_template"]) == len(groups)
    assert groups < set(POOLS)


@pytest.mark.parametrize("name", MANAGED)
def test_how_it_is_bought(name: str, made: dict[str, dict[str, Any]]) -> None:
    pool, (group, template) = MANAGED[name], group_and_template(made, name)
    block = bool(pool.reservation and pool.reservation.capacity_block)
    expected = "CAPACITY_BLOCK" if block else "SPOT" if pool.capacity == "spot" else "ON_DEMAND"
    assert group["capacity_type"] == expected
    # The instance type stands in one place: EKS refuses both, and wants it in the template for a capacity block.
    assert (group.get("instance_types"), template.get("instance_type")) == (
        (None, pool.instance_types[0]) if block else (list(pool.instance_types), None)
    )
    assert template.get("instance_market_options") == ({"market_type": "capacity-block"} if block else None)
    assert "instance_profile" not in template
    assert group["scaling_config"] == {"min_size": 0, "desired_size": 0, "max_size": 2}
    assert group["node_repair_config"] == {"enabled": True}


@pytest.mark.parametrize("name", MANAGED)
def test_what_is_reserved_is_what_is_used(name: str, made: dict[str, dict[str, Any]]) -> None:
    pool, (group, template) = MANAGED[name], group_and_template(made, name)
    reservation = one(made, "aws_ec2_capacity_reservation", name)
    if pool.reservation is None:
        assert reservation is None
        assert "capacity_reservation_specification" not in template
        return
    target = template["capacity_reservation_specification"]["capacity_reservation_target"]["capacity_reservation_id"]
    assert group["subnet_ids"] == [f"subnet-{'abc'[pool.reservation.zone]}"]
    if pool.reservation.capacity_block:
        assert reservation is None  # it was bought, and nothing is made
        assert target == BLOCK
        return
    assert reservation
    assert reservation["key"] in target
    assert reservation["instance_type"] == pool.instance_types[0]
    assert reservation["instance_count"] == 2
    assert reservation["instance_match_criteria"] == "targeted"
    assert reservation["availability_zone"] == "zone-b"


@pytest.mark.parametrize("name", MANAGED)
def test_efa_or_an_ordinary_network(name: str, made: dict[str, dict[str, Any]]) -> None:
    pool, (group, template) = MANAGED[name], group_and_template(made, name)
    placement, reservation = one(made, "aws_placement_group", name), one(made, "aws_ec2_capacity_reservation", name)
    if not pool.efa:
        assert template["vpc_security_group_ids"] == ["sg-workload"]
        assert not {"network_interfaces", "placement"} & set(template)
        assert placement is None
        assert len(group["subnet_ids"]) == (1 if pool.reservation else 3)
        return
    assert "vpc_security_group_ids" not in template  # EC2 refuses both
    cards = template["network_interfaces"]
    assert len(cards) == pool.accelerator.efa
    assert [c["network_card_index"] for c in cards] == list(range(len(cards)))
    assert [(c["device_index"], c["interface_type"]) for c in cards] == [
        (0, "efa"),
        *[(1, "efa-only")] * (len(cards) - 1),
    ]
    for card in cards:
        assert card["security_groups"][0] == "sg-workload"
        assert "aws_security_group.gpu_efa" in card["security_groups"][1]
        assert not {"subnet_id", "associate_public_ip_address"} & set(card)  # EKS, and EC2 with several, forbid them
    assert len(group["subnet_ids"]) == 1
    if pool.reservation and pool.reservation.capacity_block:
        assert placement is None
        assert "placement" not in template
        return
    assert placement
    assert placement["strategy"] == "cluster"
    assert placement["key"] in template["placement"]["group_name"]
    if reservation:  # or what is reserved could not be launched into the group
        assert placement["key"] in reservation["placement_group_arn"]


@pytest.mark.parametrize("name", MANAGED)
def test_what_is_started_is_safe_and_carries_the_cost_tags(name: str, made: dict[str, dict[str, Any]]) -> None:
    pool, (_, template) = MANAGED[name], group_and_template(made, name)
    assert template["metadata_options"]["http_tokens"] == "required"
    assert "instance_metadata_tags" not in template["metadata_options"]
    [disk] = template["block_device_mappings"]
    assert (disk["ebs"]["encrypted"], disk["ebs"]["volume_type"]) == ("true", "gp3")
    specifications = {s["resource_type"]: s["tags"] for s in template["tag_specifications"]}
    spot = {"spot-instances-request"} if pool.capacity == "spot" else set()
    assert set(specifications) == {"instance", "volume", "network-interface"} | spot
    for tags in specifications.values():
        assert tags == {**TAGS, "Name": f"groundway-dev-{name}"}
    assert TAGS.items() <= group_tags(made, name).items()


@pytest.mark.parametrize("name", MANAGED)
def test_the_first_node_is_foretold_as_it_will_be(name: str, made: dict[str, dict[str, Any]]) -> None:
    pool, (group, _) = MANAGED[name], group_and_template(made, name)
    tags = group_tags(made, name)
    told = {k.removeprefix(f"{HINT}/label/"): v for k, v in tags.items() if k.startswith(f"{HINT}/label/")}
    assert told == group["labels"]
    [taint] = group["taint"]
    assert tags[f"{HINT}/taint/{taint['key']}"] == f"{taint['value']}:NoSchedule"
    sharing, count = pool.sharing, pool.accelerator.count
    if sharing and sharing.time_slices:
        count *= sharing.time_slices
        assert group["labels"]["nvidia.com/device-plugin.config"] == "time-slices-4"
    if sharing and sharing.mig:
        count *= {"a100": 4, "h100": 7}[pool.accelerator.kind]
        assert group["labels"]["nvidia.com/mig.config"] == "all-1g.10gb"
    assert tags[f"{HINT}/resources/{taint['key']}"] == str(count)
    assert tags.get(f"{HINT}/resources/vpc.amazonaws.com/efa") == (str(pool.accelerator.efa) if pool.efa else None)
    if not sharing:
        assert not {"nvidia.com/mig.config", "nvidia.com/device-plugin.config"} & set(group["labels"])


def test_members_of_the_fabric_talk_both_ways(made: dict[str, dict[str, Any]]) -> None:
    [group] = made["aws_security_group"]
    for kind in ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"):
        [rule] = made[kind].values()
        assert rule["ip_protocol"] == "-1"
        assert (
            rule["security_group_id"] == rule["referenced_security_group_id"] == f"${{aws_security_group.{group}.id}}"
        )


def test_without_efa_there_is_no_group_for_it() -> None:
    made = synthesized({"plain": GpuPool(instance_types=("g6.2xlarge",), max=1)})
    assert not {"aws_security_group", "aws_placement_group", "aws_ec2_capacity_reservation"} & set(made)


def test_a_mig_profile_that_the_accelerator_does_not_have_is_refused() -> None:
    pool = GpuPool(instance_types=("p5.48xlarge",), max=1, sharing=Sharing(mig="all-1g.5gb"))
    with pytest.raises(
        InvalidInput, match=r"gpu_pools\.wrong\.sharing\.mig: h100 has no profile 'all-1g\.5gb'; valid: 1g\.10gb"
    ):
        synthesized({"wrong": pool})
