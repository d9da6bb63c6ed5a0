"""Managed add-ons of the cluster, each with a role of its own where it calls AWS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from groundway.environment.service_accounts import ServiceAccount
from infra import iam
from infra.cdk import Construct, aws
from infra.identity import Role, RoleProps
from infra.pod_identity import PodCluster, trust
from infra.site import Site

# Nodes are ready only with these; the others run on nodes, and wait for them.
BEFORE_NODES = ("eks-pod-identity-agent", "kube-proxy", "vpc-cni")
CLOUDWATCH = "amazon-cloudwatch-observability"
MOUNTPOINT = "aws-mountpoint-s3-csi-driver"
# What the CloudWatch add-on writes: made here, or it makes them without retention and leaves them behind.
INSIGHTS = ("application", "dataplane", "host", "performance")


@dataclass(frozen=True)
class Identity:
    """Which pods of an add-on call AWS, and what they may do."""

    pods: ServiceAccount
    managed: tuple[str, ...] = ()


IDENTITIES = {
    CLOUDWATCH: Identity(ServiceAccount("amazon-cloudwatch", "cloudwatch-agent")),
    "aws-ebs-csi-driver": Identity(
        ServiceAccount("kube-system", "ebs-csi-controller-sa"), ("service-role/AmazonEBSCSIDriverPolicy",)
    ),
    MOUNTPOINT: Identity(ServiceAccount("kube-system", "s3-csi-driver-sa")),
    "vpc-cni": Identity(ServiceAccount("kube-system", "aws-node"), ("AmazonEKS_CNI_Policy",)),
}


@dataclass(frozen=True, kw_only=True)
class AddonsProps:
    """`addons`: versions by name, None for AWS's default. `nodes`: what must be there before pods can run.

    `buckets`: ARNs of those that pods may mount, to read; their keys are `bucket_key_arns`.
    """

    site: Site
    cluster: PodCluster
    addons: Mapping[str, str | None]
    boundary_arn: str
    log_key_arn: str
    log_retention_days: int = 30
    nodes: Sequence[Any] = ()
    buckets: Sequence[str] = ()
    bucket_key_arns: Sequence[str] = field(default=())


class Addons(Construct):
    """One construct for each add-on. What is changed on them by hand is put back."""

    def __init__(self, scope: Construct, id: str, props: AddonsProps) -> None:
        super().__init__(scope, id)
        for name, version in props.addons.items():
            after = [] if name in BEFORE_NODES else list(props.nodes)
            if name == CLOUDWATCH:
                after += self._insight_logs(props)
            Addon(self, name, props, version, after)

    def _insight_logs(self, props: AddonsProps) -> list[aws.cloudwatch_log_group.CloudwatchLogGroup]:
        return [
            aws.cloudwatch_log_group.CloudwatchLogGroup(
                self,
                f"insights-{kind}",
                name=f"/aws/containerinsights/{props.site.prefix}/{kind}",
                retention_in_days=props.log_retention_days,
                kms_key_id=props.log_key_arn,
            )
            for kind in INSIGHTS
        ]


class Addon(Construct):
    def __init__(
        self, scope: Construct, id: str, props: AddonsProps, version: str | None, after: Sequence[Any] = ()
    ) -> None:
        super().__init__(scope, id)
        eks, identity = aws.eks_addon, IDENTITIES.get(id)
        role = self._role(id, identity, props) if identity else None
        by_token = bool(props.cluster.oidc_arn)
        eks.EksAddon(
            self,
            "addon",
            cluster_name=props.cluster.name,
            addon_name=id,
            addon_version=version,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            service_account_role_arn=role.arn if role and by_token else None,
            pod_identity_association=[
                eks.EksAddonPodIdentityAssociation(role_arn=role.arn, service_account=identity.pods.name)
            ]
            if role and identity and not by_token
            else None,
            depends_on=[*after, *(role.ready if role else ())],
        )

    def _role(self, name: str, identity: Identity, props: AddonsProps) -> Role:
        return Role(
            self,
            "identity",
            RoleProps(
                site=props.site,
                name=f"{props.site.prefix}-{name.removeprefix('amazon-').removeprefix('aws-')}",
                description=f"The add-on {name}",
                trust=[trust(props.cluster, identity.pods)],
                boundary_arn=props.boundary_arn,
                statements={CLOUDWATCH: _insights, MOUNTPOINT: _mounts}.get(name, _nothing)(props),
                managed=identity.managed,
            ),
        )


def _insights(props: AddonsProps) -> list[iam.Statement]:
    logs = props.site.arn("logs", f"log-group:/aws/containerinsights/{props.site.prefix}/*")
    return [
        iam.allow(
            "Logs",
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [logs],
        ),
        # AWS knows no resource for these.
        iam.allow(
            "Metrics",
            ["cloudwatch:PutMetricData"],
            ["*"],
            {"StringEquals": {"cloudwatch:namespace": "ContainerInsights"}},
        ),
        iam.allow("Instances", ["ec2:DescribeTags", "ec2:DescribeVolumes"], ["*"]),
    ]


def _mounts(props: AddonsProps) -> list[iam.Statement]:
    return [
        iam.allow("List", ["s3:ListBucket"], props.buckets),
        iam.allow("Read", ["s3:GetObject"], [f"{bucket}/*" for bucket in props.buckets]),
        iam.allow("Keys", ["kms:Decrypt"], props.bucket_key_arns),
    ]


def _nothing(_: AddonsProps) -> list[iam.Statement]:
    return []
