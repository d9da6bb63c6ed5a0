"""VPC endpoints that change: routes of a gateway, interfaces in its subnets, private DNS, the policy taken back."""

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses import EC2Response
from moto.ec2.utils import random_private_ip

modify_endpoint = EC2Backend.modify_vpc_endpoint
answer_modification = EC2Response.modify_vpc_endpoint


def modify_vpc_endpoint(self: Any, vpc_id: str, *arguments: Any, **named: Any) -> None:
    endpoint = self.describe_vpc_endpoints(vpc_end_point_ids=[vpc_id])[0]
    tables, subnets = set(endpoint.route_table_ids or []), set(endpoint.subnet_ids or [])
    modify_endpoint(self, vpc_id, *arguments, **named)
    _follow_tables(self, endpoint, tables)
    _follow_subnets(self, endpoint, subnets)


def _follow_tables(backend: Any, endpoint: Any, before: set[str]) -> None:
    after, prefixes = set(endpoint.route_table_ids or []), endpoint.destination_prefix_list_id
    for table in before - after:
        backend.delete_route(table, prefixes)
    for table in after - before:
        backend.create_route(table, None, None, gateway_id=endpoint.id, destination_prefix_list_id=prefixes)


def _follow_subnets(backend: Any, endpoint: Any, before: set[str]) -> None:
    """An interface for each subnet: without its own, a subnet that was left could not be deleted."""
    after = set(endpoint.subnet_ids or [])
    for eni_id in list(endpoint.network_interface_ids):
        if backend.enis[eni_id].subnet.id in before - after:
            endpoint.network_interface_ids.remove(eni_id)
            backend.enis.pop(eni_id)
    for subnet in sorted(after - before):
        eni = backend.create_network_interface(subnet, random_private_ip())
        endpoint.network_interface_ids.append(eni.id)


def modified(self: EC2Response) -> ActionResult:
    answer = answer_modification(self)
    endpoint = self.ec2_backend.describe_vpc_endpoints(vpc_end_point_ids=[self._get_param("VpcEndpointId")])[0]
    private_dns = self._get_bool_param("PrivateDnsEnabled")
    if private_dns is not None:
        endpoint.private_dns_enabled = private_dns
    if self._get_bool_param("ResetPolicy"):
        endpoint.policy_document = json.dumps(VPCEndPoint.DEFAULT_POLICY)
    return answer


def apply() -> None:
    EC2Backend.modify_vpc_endpoint = modify_vpc_endpoint
    EC2Response.modify_vpc_endpoint = modified
