"""The VPC: public, private and intra subnets in each zone, ways out as the environment says, and nothing open."""

from dataclasses import dataclass

from groundway import environment
from infra import routing
from infra.cdk import Construct, Fn, aws
from infra.endpoints import EndpointProps, InterfaceEndpoints, gateway_endpoints
from infra.flow_logs import FlowLogProps, flow_logs
from infra.site import Site
from infra.workload_group import DISCOVERY, workload_group

# What a subnet is for, in the words of the load balancer controller.
PURPOSE = {"public": "kubernetes.io/role/elb", "private": "kubernetes.io/role/internal-elb"}


@dataclass(frozen=True, kw_only=True)
class NetworkProps:
    """`log_key_arn` encrypts the flow logs, which are kept for `log_retention_days`."""

    site: Site
    network: environment.Network
    boundary_arn: str
    log_key_arn: str
    log_retention_days: int = 30


class Network(Construct):
    """Subnet ids and `private_zones` in one order; `workload_security_group_id` is what jobs and nodes wear.

    `intra_subnet_ids` have no way out of the VPC. Network ACLs stay as AWS makes them: security groups decide, and
    a second list that knows no connections would have to open every high port for the answers.
    """

    def __init__(self, scope: Construct, id: str, props: NetworkProps) -> None:
        super().__init__(scope, id)
        self._props = props
        cut = props.network
        self.vpc = aws.vpc.Vpc(
            self,
            "vpc",
            cidr_block=cut.cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": props.site.prefix},
        )
        self._close_default_group()
        self._zones = self._places()
        public = [self._subnet("public", i, c) for i, c in enumerate(cut.public_subnets)]
        private = [self._subnet("private", i, c) for i, c in enumerate(cut.private_subnets)]
        intra = [self._subnet("intra", i, c) for i, c in enumerate(cut.intra_subnets)]
        self.vpc_id: str = self.vpc.id
        self.private_subnet_ids: list[str] = [s.id for s in private]
        self.private_zones: list[str] = [s.availability_zone for s in private]
        self.intra_subnet_ids: list[str] = [s.id for s in intra]
        tables = routing.routes(self, routing.Routed(props.site.prefix, self.vpc_id, public, private, intra, cut.nat))
        self.workload_security_group_id: str = workload_group(self, props.site.prefix, self.vpc_id, cut.cidr)
        self._endpoints([t.id for t in tables])
        if cut.flow_logs:
            self._flow_logs()

    def _places(self) -> aws.data_aws_availability_zones.DataAwsAvailabilityZones:
        """No Local Zones: their names come first, and one that the account opts into would move every subnet."""
        zones = aws.data_aws_availability_zones
        whole = zones.DataAwsAvailabilityZonesFilter(name="zone-type", values=["availability-zone"])
        return zones.DataAwsAvailabilityZones(self, "zones", state="available", filter=[whole])

    def _subnet(self, kind: str, zone: int, cidr: str) -> aws.subnet.Subnet:
        purpose = {PURPOSE[kind]: "1"} if kind in PURPOSE else {}
        discovery = {DISCOVERY: self._props.site.prefix} if kind == "private" else {}
        return aws.subnet.Subnet(
            self,
            f"{kind}-{zone}",
            vpc_id=self.vpc.id,
            cidr_block=cidr,
            availability_zone=Fn.element(self._zones.names, zone),
            map_public_ip_on_launch=False,
            tags={"Name": f"{self._props.site.prefix}-{kind}-{zone}", **purpose, **discovery},
        )

    def _close_default_group(self) -> None:
        """Every VPC has this group, and what names no group gets it: here it lets nothing in and nothing out."""
        aws.default_security_group.DefaultSecurityGroup(
            self,
            "default-group",
            vpc_id=self.vpc.id,
            ingress=[],
            egress=[],
            tags={"Name": f"{self._props.site.prefix}-closed"},
        )

    def _endpoints(self, route_table_ids: list[str]) -> None:
        props = self._props
        where = EndpointProps(
            site=props.site,
            vpc_id=self.vpc_id,
            cidr=props.network.cidr,
        )
        gateway_endpoints(self, where, route_table_ids)
        if services := props.network.interface_endpoints:
            InterfaceEndpoints(self, "interfaces", where, services, self.intra_subnet_ids)

    def _flow_logs(self) -> None:
        props = self._props
        flow_logs(
            self,
            FlowLogProps(
                site=props.site,
                vpc_id=self.vpc_id,
                boundary_arn=props.boundary_arn,
                log_key_arn=props.log_key_arn,
                log_retention_days=props.log_retention_days,
            ),
        )
