"""Networks: VPCs, subnets, gateways, routes, endpoints, flow logs."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Arguments, Op, Prepare, Spec, Step, Via
from groundway_local.provider.tagging import EC2
from groundway_local.provider.values import State


def _arn(kind: str) -> dict[str, str]:
    return {"arn": f"arn:aws:ec2:{{region}}:{{account}}:{kind}/{{id}}"}


def _vpc_attribute(name: str) -> Op:
    return Op("describe_vpc_attribute", {"VpcId": "{id}", "Attribute": name}, "@")


def _of_vpc(operation: str, filters: dict[str, str], path: str) -> Op:
    """Something that AWS makes along with a VPC."""
    pairs = [{"Name": k, "Values": [v]} for k, v in {"vpc-id": "{id}", **filters}.items()]
    return Op(operation, {"Filters": pairs}, path, optional=True)


def _attach_gateway(api: Api, prior: State, planned: State) -> None:
    if not prior and _attached(api, planned):
        return  # by a Terraform that was killed before it could say so
    for vpc, operation in (
        (prior.get("vpc_id"), "detach_internet_gateway"),
        (planned.get("vpc_id"), "attach_internet_gateway"),
    ):
        if vpc:
            api.call(operation, InternetGatewayId=planned["id"], VpcId=vpc)


def _attached(api: Api, planned: State) -> bool:
    found = api.call("describe_internet_gateways", InternetGatewayIds=[planned["id"]])["InternetGateways"][0]
    return any(a["VpcId"] == planned.get("vpc_id") for a in found["Attachments"])


def _detach_gateway(api: Api, state: State) -> None:
    if state.get("vpc_id"):
        api.call("detach_internet_gateway", InternetGatewayId=state["id"], VpcId=state["vpc_id"])


def _associate_other_table(api: Api, prior: State, planned: State) -> None:
    if prior:
        table = planned["route_table_id"]
        api.call("replace_route_table_association", AssociationId=prior["id"], RouteTableId=table)


def _modify_endpoint(api: Api, prior: State, planned: State) -> None:
    """An endpoint's members are added and removed, not set."""
    if not prior:
        return
    change: Arguments = {}
    for attribute, noun in (
        ("route_table_ids", "RouteTableIds"),
        ("subnet_ids", "SubnetIds"),
        ("security_group_ids", "SecurityGroupIds"),
    ):
        old, new = set(prior.get(attribute) or []), set(planned.get(attribute) or [])
        change |= {f"Add{noun}": sorted(new - old)} if new - old else {}
        change |= {f"Remove{noun}": sorted(old - new)} if old - new else {}
    if planned.get("policy") != prior.get("policy"):
        change |= {"PolicyDocument": planned["policy"]} if planned.get("policy") else {"ResetPolicy": True}
    if planned.get("private_dns_enabled") != prior.get("private_dns_enabled"):
        change["PrivateDnsEnabled"] = bool(planned.get("private_dns_enabled"))
    api.call("modify_vpc_endpoint", VpcEndpointId=planned["id"], **change)


_MODIFIABLE = ("route_table_ids", "subnet_ids", "security_group_ids", "policy", "private_dns_enabled")
_LOGGED = {"vpc_id": "VPC", "subnet_id": "Subnet", "eni_id": "NetworkInterface"}


def _logged_resource(_api: Api, planned: State, arguments: Arguments) -> None:
    for attribute, kind in _LOGGED.items():
        if planned.get(attribute):
            arguments |= {"ResourceType": kind, "ResourceIds": [planned[attribute]]}


def _logged(prefix: str) -> Via:
    def read(answer: dict[str, Any]) -> str | None:
        resource = str(answer.get("ResourceId", ""))
        return resource if resource.startswith(prefix) else None

    return Via(read=read)


_ROUTE = {"RouteTableId": "{route_table_id}", "DestinationCidrBlock": "{destination_cidr_block}"}
_TARGETS = (
    "gateway_id",
    "nat_gateway_id",
    "network_interface_id",
    "transit_gateway_id",
    "vpc_endpoint_id",
    "vpc_peering_connection_id",
)

SPECS = {
    "aws_vpc": Spec(
        "ec2",
        "Vpc",
        Op("create_vpc"),
        id="{VpcId}",
        read=(
            Op("describe_vpcs", {"VpcIds": ["{id}"]}, "Vpcs[0]"),
            _vpc_attribute("enableDnsSupport"),
            _vpc_attribute("enableDnsHostnames"),
            _vpc_attribute("enableNetworkAddressUsageMetrics"),
            _of_vpc(
                "describe_route_tables", {"association.main": "true"}, "{MainRouteTableId: RouteTables[0].RouteTableId}"
            ),
            _of_vpc(
                "describe_route_tables",
                {"association.main": "true"},
                "{DefaultRouteTableId: RouteTables[0].RouteTableId}",
            ),
            _of_vpc(
                "describe_security_groups",
                {"group-name": "default"},
                "{DefaultSecurityGroupId: SecurityGroups[0].GroupId}",
            ),
            _of_vpc("describe_network_acls", {"default": "true"}, "{DefaultNetworkAclId: NetworkAcls[0].NetworkAclId}"),
        ),
        update=(Op("modify_vpc_attribute", {"VpcId": "{id}"}, each=True),),
        delete=Op("delete_vpc", {"VpcId": "{id}"}),
        computed=_arn("vpc"),
        names={"assign_generated_ipv6_cidr_block": "AmazonProvidedIpv6CidrBlock"},
        defaults={"instance_tenancy": "default", "enable_dns_support": True},
        tagging=EC2,
    ),
    "aws_subnet": Spec(
        "ec2",
        "Subnet",
        Op("create_subnet"),
        id="{SubnetId}",
        read=(Op("describe_subnets", {"SubnetIds": ["{id}"]}, "Subnets[0]"),),
        update=(Op("modify_subnet_attribute", {"SubnetId": "{id}"}, each=True),),
        delete=Op("delete_subnet", {"SubnetId": "{id}"}),
        computed=_arn("subnet"),
        defaults={
            "map_public_ip_on_launch": False,
            "assign_ipv6_address_on_creation": False,
            "enable_dns64": False,
        },
        tagging=EC2,
    ),
    "aws_internet_gateway": Spec(
        "ec2",
        "InternetGateway",
        Op("create_internet_gateway"),
        id="{InternetGatewayId}",
        read=(Op("describe_internet_gateways", {"InternetGatewayIds": ["{id}"]}, "InternetGateways[0]"),),
        update=(Step(("vpc_id",), _attach_gateway),),
        before_delete=_detach_gateway,
        delete=Op("delete_internet_gateway", {"InternetGatewayId": "{id}"}),
        names={"vpc_id": Via(read="Attachments[0].VpcId")},
        computed=_arn("internet-gateway"),
        tagging=EC2,
    ),
    "aws_eip": Spec(
        "ec2",
        "",
        Op("allocate_address"),
        id="{AllocationId}",
        read=(Op("describe_addresses", {"AllocationIds": ["{id}"]}, "Addresses[0]"),),
        delete=Op("release_address", {"AllocationId": "{id}"}),
        names={"instance": "InstanceId", "network_interface": "NetworkInterfaceId"},
        computed=_arn("elastic-ip"),
        defaults={"domain": "vpc"},
        tagging=EC2,
    ),
    "aws_nat_gateway": Spec(
        "ec2",
        "NatGateway",
        Op("create_nat_gateway"),
        id="{NatGatewayId}",
        read=(Op("describe_nat_gateways", {"NatGatewayIds": ["{id}"]}, "NatGateways[?State!='deleted'] | [0]"),),
        delete=Op("delete_nat_gateway", {"NatGatewayId": "{id}"}),
        names={
            "allocation_id": Via("AllocationId", read="NatGatewayAddresses[0].AllocationId"),
            "private_ip": Via("PrivateIpAddress", read="NatGatewayAddresses[0].PrivateIp"),
            "public_ip": Via(read="NatGatewayAddresses[0].PublicIp"),
            "network_interface_id": Via(read="NatGatewayAddresses[0].NetworkInterfaceId"),
        },
        defaults={"connectivity_type": "public"},
        tagging=EC2,
    ),
    "aws_route_table": Spec(
        "ec2",
        "RouteTable",
        Op("create_route_table"),
        id="{RouteTableId}",
        read=(Op("describe_route_tables", {"RouteTableIds": ["{id}"]}, "RouteTables[0]"),),
        delete=Op("delete_route_table", {"RouteTableId": "{id}"}),
        names={"route": None, "propagating_vgws": Via(read="PropagatingVgws[].GatewayId")},
        computed=_arn("route-table"),
        tagging=EC2,
    ),
    "aws_route": Spec(
        "ec2",
        "",
        Op("create_route"),
        id="{route_table_id}_{destination_cidr_block}",
        read=(
            Op(
                "describe_route_tables",
                {"RouteTableIds": ["{route_table_id}"]},
                "RouteTables[0].Routes[?DestinationCidrBlock=='{destination_cidr_block}'] | [0]",
            ),
        ),
        update=(Op("replace_route", _ROUTE, attrs=_TARGETS, whole=True),),
        delete=Op("delete_route", _ROUTE),
        unread=("route_table_id",),
        names={"destination_ipv6_cidr_block": None, "destination_prefix_list_id": None},
    ),
    "aws_route_table_association": Spec(
        "ec2",
        "",
        Op("associate_route_table"),
        id="{AssociationId}",
        import_id="{subnet_id}/{route_table_id}",
        read=(
            Op(
                "describe_route_tables",
                {"Filters": [{"Name": "association.subnet-id", "Values": ["{subnet_id}"]}]},
                "RouteTables[].Associations[] | [?SubnetId=='{subnet_id}'] | [0]"
                ".{AssociationId: RouteTableAssociationId, RouteTableId: RouteTableId, SubnetId: SubnetId}",
            ),
        ),
        update=(Step(("route_table_id",), _associate_other_table),),
        delete=Op("disassociate_route_table", {"AssociationId": "{id}"}),
        names={"gateway_id": None},
        volatile=("id",),
    ),
    "aws_vpc_endpoint": Spec(
        "ec2",
        "VpcEndpoint",
        Op("create_vpc_endpoint"),
        id="{VpcEndpointId}",
        read=(
            Op("describe_vpc_endpoints", {"VpcEndpointIds": ["{id}"]}, "VpcEndpoints[?State!='deleted'] | [0]"),
            Op(
                "describe_prefix_lists",
                {"Filters": [{"Name": "prefix-list-name", "Values": ["{ServiceName}"]}]},
                "PrefixLists[0].{PrefixListId: PrefixListId, CidrBlocks: Cidrs}",
                optional=True,
            ),
        ),
        update=(Step(_MODIFIABLE, _modify_endpoint),),
        delete=Op("delete_vpc_endpoints", {"VpcEndpointIds": ["{id}"]}),
        names={
            "policy": "PolicyDocument",
            "dns_entry": "DnsEntries",
            "security_group_ids": Via("SecurityGroupIds", read="Groups[].GroupId"),
        },
        computed=_arn("vpc-endpoint"),
        defaults={"vpc_endpoint_type": "Gateway"},
        tagging=EC2,
        support="patched",
    ),
    "aws_flow_log": Spec(
        "ec2",
        "FlowLog",
        Op("create_flow_logs", path="{FlowLogId: FlowLogIds[0]}"),
        id="{FlowLogId}",
        prepare=Prepare(tuple(_LOGGED), _logged_resource),
        read=(Op("describe_flow_logs", {"FlowLogIds": ["{id}"]}, "FlowLogs[0]"),),
        delete=Op("delete_flow_logs", {"FlowLogIds": ["{id}"]}),
        names={
            "vpc_id": _logged("vpc-"),
            "subnet_id": _logged("subnet-"),
            "eni_id": _logged("eni-"),
            "iam_role_arn": "DeliverLogsPermissionArn",
        },
        computed=_arn("vpc-flow-log"),
        defaults={"log_destination_type": "cloud-watch-logs", "max_aggregation_interval": 600},
        tagging=EC2,
    ),
}
