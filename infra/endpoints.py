"""How the network reaches AWS without the internet: gateways for S3 and DynamoDB, interfaces for the rest.

Every endpoint admits only principals of this account, so that nobody's own credentials carry data out through it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from infra import iam
from infra.cdk import Construct, aws
from infra.site import Site

HTTPS = 443
# AWS documents no endpoint policy for it; its one action takes a token of a pod and the credentials of a node.
WITHOUT_POLICY = ("eks-auth",)


@dataclass(frozen=True, kw_only=True)
class EndpointProps:
    """The VPC that the endpoints are for, and the account whose principals may pass."""

    site: Site
    vpc_id: str
    cidr: str


def gateway_endpoints(scope: Construct, props: EndpointProps, route_table_ids: Sequence[str]) -> None:
    """They cost nothing and keep the bulk of the traffic off the NAT gateway's bill."""
    for service in ("s3", "dynamodb"):
        aws.vpc_endpoint.VpcEndpoint(
            scope,
            f"{service}-endpoint",
            vpc_id=props.vpc_id,
            service_name=f"com.amazonaws.{props.site.region}.{service}",
            vpc_endpoint_type="Gateway",
            route_table_ids=list(route_table_ids),
            policy=iam.document(*_policy(service, props)),
            tags={"Name": f"{props.site.prefix}-{service}"},
        )


class InterfaceEndpoints(Construct):
    """An interface in each of `subnet_ids` for each service, under the service's own name, reachable from the VPC."""

    def __init__(
        self, scope: Construct, id: str, props: EndpointProps, services: Sequence[str], subnet_ids: Sequence[str]
    ) -> None:
        super().__init__(scope, id)
        group = self._security_group(props)
        for service in services:
            aws.vpc_endpoint.VpcEndpoint(
                self,
                service.replace(".", "-"),
                vpc_id=props.vpc_id,
                service_name=f"com.amazonaws.{props.site.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=list(subnet_ids),
                security_group_ids=[group.id],
                policy=None if service in WITHOUT_POLICY else iam.document(*_policy(service, props)),
                tags={"Name": f"{props.site.prefix}-{service}"},
            )

    def _security_group(self, props: EndpointProps) -> aws.security_group.SecurityGroup:
        group = aws.security_group.SecurityGroup(
            self,
            "group",
            name=f"{props.site.prefix}-endpoints",
            description="Interface endpoints of AWS services",
            vpc_id=props.vpc_id,
            tags={"Name": f"{props.site.prefix}-endpoints"},
        )
        aws.vpc_security_group_ingress_rule.VpcSecurityGroupIngressRule(
            self,
            "https-from-network",
            security_group_id=group.id,
            cidr_ipv4=props.cidr,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            description="Everything inside the network",
        )
        return group


def _policy(service: str, props: EndpointProps) -> list[iam.Statement]:
    ours = {"StringEquals": {"aws:PrincipalAccount": props.site.account}}
    return [_anybody("OwnPrincipals", ["*"], ["*"], ours), *_strangers(service, props)]


def _strangers(service: str, props: EndpointProps) -> list[iam.Statement]:
    """Requests that come from no principal of the account, and must pass all the same."""
    if service == "s3":
        # Signed by ECR or by nobody: layers of every image that ECR serves (those of EKS add-ons and SageMaker too),
        # packages of the nodes' operating system, and layers that registry.k8s.io keeps in S3.
        buckets = (
            f"prod-{props.site.region}-starport-layer-bucket",
            f"al2023-repos-{props.site.region}-de612dc2",
            f"prod-registry-k8s-io-{props.site.region}",
        )
        objects = [props.site.bucket_arn(f"{b}/*") for b in buckets]
        return [_anybody("ImagesAndPackages", ["s3:GetObject"], objects)]
    if service == "sts":  # whoever shows a token of the cluster is no principal yet
        roles = props.site.global_arn("iam", "role/*")
        return [_anybody("RolesOfServiceAccounts", ["sts:AssumeRoleWithWebIdentity"], [roles])]
    return []


def _anybody(
    sid: str, actions: Sequence[str], resources: Sequence[str], condition: dict[str, dict[str, str]] | None = None
) -> iam.Statement:
    return {**iam.allow(sid, actions, resources, condition), "Principal": "*"}
