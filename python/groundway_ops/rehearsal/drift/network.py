"""Changes to the network behind Terraform's back."""

from groundway_ops.rehearsal.drift.change import Clients, Drift, State, anything

WORLD = "0.0.0.0/0"


def _open(aws: Clients, state: State) -> None:
    permission = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": WORLD}]}
    aws("ec2").authorize_security_group_ingress(GroupId=state["id"], IpPermissions=[permission])


def _widen(aws: Clients, state: State) -> None:
    ports = {"FromPort": state["from_port"], "ToPort": state["to_port"]}
    ports = {name: -1 if port is None else port for name, port in ports.items()}
    changed = {
        "SecurityGroupRuleId": state["security_group_rule_id"],
        "SecurityGroupRule": {"IpProtocol": state["ip_protocol"], "CidrIpv4": WORLD, **ports},
    }
    aws("ec2").modify_security_group_rules(GroupId=state["security_group_id"], SecurityGroupRules=[changed])


DRIFTS = (
    Drift(
        "aws_vpc",
        "host names off",
        lambda aws, s: aws("ec2").modify_vpc_attribute(VpcId=s["id"], EnableDnsHostnames={"Value": False}),
        "enable_dns_hostnames",
        when=lambda s: s["enable_dns_hostnames"],
    ),
    Drift(
        "aws_subnet",
        "what starts in it gets a public address",
        lambda aws, s: aws("ec2").modify_subnet_attribute(SubnetId=s["id"], MapPublicIpOnLaunch={"Value": True}),
        "map_public_ip_on_launch",
        when=lambda s: not s["map_public_ip_on_launch"],
    ),
    Drift(
        "aws_route_table",
        "a tag removed",
        lambda aws, s: aws("ec2").delete_tags(Resources=[s["id"]], Tags=[{"Key": next(iter(s["tags_all"]))}]),
        "tags",
        when=lambda s: bool(s["tags_all"]),
    ),
    Drift(
        "aws_route",
        "the way out deleted",
        lambda aws, s: aws("ec2").delete_route(
            RouteTableId=s["route_table_id"], DestinationCidrBlock=s["destination_cidr_block"]
        ),
        when=lambda s: bool(s["destination_cidr_block"]),
    ),
    Drift(
        "aws_route_table_association",
        "a subnet moved to the main route table",
        lambda aws, s: aws("ec2").disassociate_route_table(AssociationId=s["id"]),
    ),
    Drift(
        "aws_vpc_endpoint",
        "its policy widened",
        lambda aws, s: aws("ec2").modify_vpc_endpoint(VpcEndpointId=s["id"], PolicyDocument=anything("*", "*", "*")),
        "policy",
        when=lambda s: "aws:" in (s["policy"] or ""),  # one that is wide open already stays as it is
    ),
    Drift(
        "aws_vpc_endpoint",
        "its private names off",
        lambda aws, s: aws("ec2").modify_vpc_endpoint(VpcEndpointId=s["id"], PrivateDnsEnabled=False),
        "private_dns_enabled",
        when=lambda s: s["vpc_endpoint_type"] == "Interface" and s["private_dns_enabled"],
    ),
    Drift("aws_flow_log", "the flow log deleted", lambda aws, s: aws("ec2").delete_flow_logs(FlowLogIds=[s["id"]])),
    Drift("aws_default_security_group", "an ingress rule opened to the world", _open, "ingress"),
    Drift(
        "aws_vpc_security_group_ingress_rule",
        "a rule opened to the world",
        _widen,
        "cidr_ipv4",
        when=lambda s: s["cidr_ipv4"] != WORLD,
    ),
    Drift(
        "aws_vpc_security_group_egress_rule",
        "a rule revoked",
        lambda aws, s: aws("ec2").revoke_security_group_egress(
            GroupId=s["security_group_id"], SecurityGroupRuleIds=[s["security_group_rule_id"]]
        ),
    ),
)
