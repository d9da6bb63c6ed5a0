"""The network: who reaches what, from the synthesized JSON of single networks and of the three environments."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sites import DEV

from groundway import environment
from groundway.environment import Environment, load_all
from groundway.environment.network import NODES_NEED
from infra import cdk
from infra.cdk import TerraformStack
from infra.network import Network, NetworkProps
from infra.site import Site

CHECKOUT = Path(__file__).parents[2]
ENVIRONMENTS = load_all(CHECKOUT)
Made = dict[str, dict[str, Any]]


def made(network: environment.Network, site: Site = DEV) -> Made:
    """Type to the list of what was synthesized for a network."""
    stack = TerraformStack(cdk.Testing.app(), "stack")
    props = NetworkProps(site=site, network=network, boundary_arn="boundary", log_key_arn="key")
    Network(stack, "network", props)
    return json.loads(cdk.Testing.synth(stack))["resource"]


def built(**settings: Any) -> Made:
    return made(environment.Network(cidr="10.0.0.0/16", **settings))


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def case(request: pytest.FixtureRequest) -> tuple[Environment, Made]:
    env = ENVIRONMENTS[request.param]
    return env, made(env.network, Site.of(env))


def named(found: dict[str, Any], kind: str) -> dict[str, Any]:
    """The subnets of a kind: address to arguments."""
    return {a: s for a, s in found["aws_subnet"].items() if f"-{kind}-" in s["tags"]["Name"]}


def policies(found: Made, kind: str = "") -> dict[str, list[dict[str, Any]]]:
    """Service to the statements of its endpoint's policy."""
    return {
        e["service_name"].removeprefix("com.amazonaws.eu-west-1."): json.loads(e["policy"])["Statement"]
        for e in found["aws_vpc_endpoint"].values()
        if "policy" in e and e["vpc_endpoint_type"].startswith(kind)
    }


def test_each_zone_has_a_subnet_of_each_kind(case: tuple[Environment, Made]) -> None:
    env, found = case
    for kind in ("public", "private", "intra"):
        subnets = named(found, kind)
        assert len(subnets) == env.network.zones
        assert {s["cidr_block"] for s in subnets.values()} == set(getattr(env.network, f"{kind}_subnets"))


def test_a_local_zone_that_is_opted_into_moves_no_subnet() -> None:
    stack = TerraformStack(cdk.Testing.app(), "stack")
    network = environment.Network(cidr="10.0.0.0/16")
    Network(stack, "network", NetworkProps(site=DEV, network=network, boundary_arn="boundary", log_key_arn="key"))
    [zones] = json.loads(cdk.Testing.synth(stack))["data"]["aws_availability_zones"].values()
    assert zones["filter"] == [{"name": "zone-type", "values": ["availability-zone"]}]


def test_intra_subnets_have_no_way_out(case: tuple[Environment, Made]) -> None:
    _, found = case
    tables = {
        a["route_table_id"]
        for a in found["aws_route_table_association"].values()
        if any(f"aws_subnet.{address}.id" in a["subnet_id"] for address in named(found, "intra"))
    }
    assert len(tables) == 1
    assert not tables & {r["route_table_id"] for r in found["aws_route"].values()}
    public = {r["route_table_id"] for r in found["aws_route"].values() if "gateway_id" in r}
    assert len(public) == 1  # and the test would see a route


def test_every_interface_endpoint_of_the_environment_is_in_the_intra_subnets(case: tuple[Environment, Made]) -> None:
    env, found = case
    endpoints = [e for e in found["aws_vpc_endpoint"].values() if e["vpc_endpoint_type"] == "Interface"]
    wanted = {f"com.amazonaws.eu-west-1.{s}" for s in env.network.interface_endpoints}
    assert {e["service_name"] for e in endpoints} == wanted
    for endpoint in endpoints:
        assert endpoint["private_dns_enabled"] is True
        assert endpoint["subnet_ids"] == [f"${{aws_subnet.{a}.id}}" for a in named(found, "intra")]
        assert len(endpoint["security_group_ids"]) == 1


def test_endpoints_take_https_from_the_network_only() -> None:
    found = built(interface_endpoints=("sts",))
    [group] = [a for a, g in found["aws_security_group"].items() if g["name"] == "groundway-dev-endpoints"]
    rules = [
        r
        for r in found["aws_vpc_security_group_ingress_rule"].values()
        if f"aws_security_group.{group}.id" in r["security_group_id"]
    ]
    [rule] = rules
    assert (rule["cidr_ipv4"], rule["ip_protocol"]) == ("10.0.0.0/16", "tcp")
    assert (rule["from_port"], rule["to_port"]) == (443, 443)
    assert "groundway-dev-endpoints" not in json.dumps(built())  # without endpoints, no group


def test_endpoints_admit_principals_of_the_account_only() -> None:
    """Whoever else may pass is listed here: what AWS signs or nobody signs."""
    found = policies(built(interface_endpoints=(*NODES_NEED, "kms", "ssm")))
    assert set(found) == {"s3", "dynamodb", *NODES_NEED, "kms", "ssm"} - {"eks-auth"}
    open_to_others = {}
    for service, (own, *others) in found.items():
        assert own["Condition"] == {"StringEquals": {"aws:PrincipalAccount": DEV.account}}, service
        assert own["Principal"] == "*"
        open_to_others |= {service: others} if others else {}
    assert set(open_to_others) == {"s3", "sts"}
    [images], [roles] = open_to_others["s3"], open_to_others["sts"]
    assert images["Action"] == ["s3:GetObject"]
    assert "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*" in images["Resource"]
    assert not any(r in ("*", "arn:aws:s3:::*") for r in images["Resource"])
    assert roles["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert roles["Resource"] == [f"arn:aws:iam::{DEV.account}:role/*"]


def test_the_buckets_of_aws_are_named_in_their_partition() -> None:
    found = policies(made(environment.Network(cidr="10.0.0.0/16"), replace(DEV, partition="aws-cn")), "Gateway")
    assert all(r.startswith("arn:aws-cn:s3:::") for r in found["s3"][1]["Resource"])


def test_the_default_security_group_is_closed(case: tuple[Environment, Made]) -> None:
    _, found = case
    [group] = found["aws_default_security_group"].values()
    assert (group["ingress"], group["egress"]) == ([], [])
    assert group["vpc_id"].startswith("${aws_vpc.")


def test_karpenter_finds_private_subnets_and_the_workload_group_alone() -> None:
    found = built()
    marked = [s["tags"]["Name"] for s in found["aws_subnet"].values() if "karpenter.sh/discovery" in s["tags"]]
    assert sorted(marked) == ["groundway-dev-private-0", "groundway-dev-private-1"]
    groups = [g["name"] for g in found["aws_security_group"].values() if "karpenter.sh/discovery" in g["tags"]]
    assert groups == ["groundway-dev-workload"]


@pytest.mark.parametrize(
    ("nat", "zones", "gateways", "routes"),
    [("none", 2, 0, 1), ("single", 2, 1, 3), ("single", 3, 1, 4), ("per_zone", 3, 3, 4)],
)
def test_nat(nat: str, zones: int, gateways: int, routes: int) -> None:
    found = built(nat=nat, zones=zones, interface_endpoints=NODES_NEED)
    assert len(found.get("aws_nat_gateway", {})) == len(found.get("aws_eip", {})) == gateways
    assert len(found["aws_route"]) == routes  # one of them the public one
    assert len(found["aws_route_table_association"]) == len(found["aws_subnet"]) == 3 * zones
    used = {r["nat_gateway_id"] for r in found["aws_route"].values() if "nat_gateway_id" in r}
    assert len(used) == gateways


@pytest.mark.parametrize("wanted", [True, False])
def test_flow_logs_come_with_all_they_need_or_not_at_all(wanted: bool) -> None:
    found = built(flow_logs=wanted)
    for kind in ("aws_flow_log", "aws_cloudwatch_log_group", "aws_iam_role", "aws_iam_role_policy"):
        assert len(found.get(kind, {})) == wanted


def test_a_network_without_nat_and_without_endpoints_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"nodes cannot reach ec2, ecr\.api"):
        environment.Network(cidr="10.0.0.0/16", nat="none")
    assert "aws_nat_gateway" not in built(nat="none", interface_endpoints=NODES_NEED)


def test_an_endpoint_that_aws_does_not_have_is_refused() -> None:
    with pytest.raises(ValidationError, match="interface_endpoints"):
        environment.Network(cidr="10.0.0.0/16", interface_endpoints=("s4",))  # type: ignore[arg-type]  # the point
