"""What AWS deletes along with a VPC or a NAT gateway, and moto leaves behind."""

from typing import Any

from moto.ec2.models import EC2Backend

delete_vpc = EC2Backend.delete_vpc
delete_nat_gateway = EC2Backend.delete_nat_gateway


def with_default_network_acl(self: Any, vpc_id: str) -> Any:
    vpc = delete_vpc(self, vpc_id)
    for acl in [a for a in self.network_acls.values() if a.vpc_id == vpc_id]:
        del self.network_acls[acl.id]
    return vpc


def with_network_interface(self: Any, nat_gateway_id: str) -> Any:
    gateway = delete_nat_gateway(self, nat_gateway_id)
    self.enis.pop(gateway._eni.id, None)
    return gateway


def apply() -> None:
    EC2Backend.delete_vpc = with_default_network_acl
    EC2Backend.delete_nat_gateway = with_network_interface
