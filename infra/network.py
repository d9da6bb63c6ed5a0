"""The VPC: a public and a private subnet in each zone, NAT as the environment says, gateway endpoints, flow logs."""

from dataclasses import dataclass

from groundway import environment
from infra import iam
from infra.cdk import Construct, Fn, aws
from infra.identity import Role, RoleProps

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class NetworkProps:
    prefix: str
    environment: str
    region: str
    account: str
    network: environment.Network
    boundary_arn: str
    log_key_arn: str
    log_retention_days: int = 30


class Network(Construct):
    """`private_subnet_ids` in the order of the zones; `workload_security_group_id` is what jobs and nodes wear."""

    def __init__(self, scope: Construct, id: str, props: NetworkProps) -> None:
        super().__init__(scope, id)
        self._props = props
        self.vpc = aws.vpc.Vpc(
            self,
            "vpc",
            cidr_block=props.network.cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": props.prefix},
        )
        self._zones = aws.data_aws_availability_zones.DataAwsAvailabilityZones(self, "zones", state="available")
        self._public = [self._subnet("public", i, c) for i, c in enumerate(props.network.public_subnets)]
        self._private = [self._subnet("private", i, c) for i, c in enumerate(props.network.private_subnets)]
        tables = [self._public_routes(), *self._private_routes()]
        self._endpoints([t.id for t in tables])
        self.security_group = self._security_group()
        if props.network.flow_logs:
            self._flow_logs()
        self.vpc_id: str = self.vpc.id
        self.private_subnet_ids: list[str] = [s.id for s in self._private]
        self.workload_security_group_id: str = self.security_group.id

    def _subnet(self, kind: str, zone: int, cidr: str) -> aws.subnet.Subnet:
        role = "kubernetes.io/role/elb" if kind == "public" else "kubernetes.io/role/internal-elb"
        return aws.subnet.Subnet(
            self,
            f"{kind}-{zone}",
            vpc_id=self.vpc.id,
            cidr_block=cidr,
            availability_zone=Fn.element(self._zones.names, zone),
            map_public_ip_on_launch=False,
            tags={"Name": f"{self._props.prefix}-{kind}-{zone}", role: "1"},
        )

    def _table(self, name: str, *subnets: aws.subnet.Subnet) -> aws.route_table.RouteTable:
        table = aws.route_table.RouteTable(
            self, f"{name}-routes", vpc_id=self.vpc.id, tags={"Name": f"{self._props.prefix}-{name}"}
        )
        for i, subnet in enumerate(subnets):
            aws.route_table_association.RouteTableAssociation(
                self, f"{name}-routes-{i}", route_table_id=table.id, subnet_id=subnet.id
            )
        return table

    def _public_routes(self) -> aws.route_table.RouteTable:
        self._gateway = aws.internet_gateway.InternetGateway(
            self, "internet", vpc_id=self.vpc.id, tags={"Name": self._props.prefix}
        )
        table = self._table("public", *self._public)
        aws.route.Route(
            self,
            "public-default",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=self._gateway.id,
        )
        return table

    def _private_routes(self) -> list[aws.route_table.RouteTable]:
        count = {"none": 0, "single": 1, "per_zone": len(self._private)}[self._props.network.nat]
        gateways = [self._nat(i) for i in range(count)]
        tables = [self._table(f"private-{i}", subnet) for i, subnet in enumerate(self._private)]
        for i, table in enumerate(tables if gateways else []):
            aws.route.Route(
                self,
                f"private-{i}-default",
                route_table_id=table.id,
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=gateways[i % len(gateways)].id,
            )
        return tables

    def _nat(self, zone: int) -> aws.nat_gateway.NatGateway:
        name = f"{self._props.prefix}-nat-{zone}"
        address = aws.eip.Eip(self, f"nat-address-{zone}", domain="vpc", tags={"Name": name})
        return aws.nat_gateway.NatGateway(
            self,
            f"nat-{zone}",
            allocation_id=address.id,
            subnet_id=self._public[zone].id,
            tags={"Name": name},
            depends_on=[self._gateway],
        )

    def _endpoints(self, route_table_ids: list[str]) -> None:
        """Gateway endpoints cost nothing and keep the bulk of the traffic off the NAT gateway's bill."""
        for service in ("s3", "dynamodb"):
            aws.vpc_endpoint.VpcEndpoint(
                self,
                f"{service}-endpoint",
                vpc_id=self.vpc.id,
                service_name=f"com.amazonaws.{self._props.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=route_table_ids,
                tags={"Name": f"{self._props.prefix}-{service}"},
            )

    def _security_group(self) -> aws.security_group.SecurityGroup:
        group = aws.security_group.SecurityGroup(
            self,
            "workload",
            name=f"{self._props.prefix}-workload",
            description="Jobs, servers and nodes of the platform",
            vpc_id=self.vpc.id,
            tags={"Name": f"{self._props.prefix}-workload"},
        )
        aws.vpc_security_group_ingress_rule.VpcSecurityGroupIngressRule(
            self,
            "workload-among-themselves",
            security_group_id=group.id,
            referenced_security_group_id=group.id,
            ip_protocol="-1",
            description="Workloads talk to each other",
        )
        egress = aws.vpc_security_group_egress_rule.VpcSecurityGroupEgressRule
        egress(
            self,
            "workload-to-network",
            security_group_id=group.id,
            cidr_ipv4=self._props.network.cidr,
            ip_protocol="-1",
            description="Anything inside the network",
        )
        egress(
            self,
            "workload-to-https",
            security_group_id=group.id,
            cidr_ipv4=ANYWHERE,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            description="HTTPS: AWS services, registries",
        )
        return group

    def _flow_logs(self) -> None:
        props = self._props
        group = aws.cloudwatch_log_group.CloudwatchLogGroup(
            self,
            "flow-logs",
            name=f"/groundway/{props.environment}/network",
            retention_in_days=props.log_retention_days,
            kms_key_id=props.log_key_arn,
        )
        role = Role(
            self,
            "flow-role",
            RoleProps(
                name=f"{props.prefix}-flow-logs",
                description="VPC flow logs write to their log group",
                trust=[iam.trust(["vpc-flow-logs.amazonaws.com"], props.account)],
                boundary_arn=props.boundary_arn,
                statements=[
                    iam.allow(
                        "WriteFlowLogs",
                        ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                        [f"{group.arn}:*"],
                    )
                ],
            ),
        )
        aws.flow_log.FlowLog(
            self,
            "flow-log",
            vpc_id=self.vpc.id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            tags={"Name": props.prefix},
            depends_on=role.ready,
        )
