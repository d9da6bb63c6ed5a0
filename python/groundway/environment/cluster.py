"""The Kubernetes cluster of an environment."""

from typing import Annotated, Literal

from pydantic import Field

from groundway.environment.fields import Cidr, Part

AddonName = Literal[
    "amazon-cloudwatch-observability",
    "aws-ebs-csi-driver",
    "aws-mountpoint-s3-csi-driver",
    "coredns",
    "eks-node-monitoring-agent",
    "eks-pod-identity-agent",
    "kube-proxy",
    "metrics-server",
    "vpc-cni",
]
AddonVersion = Annotated[str, Field(pattern=r"^v\d+\.\d+\.\d+-eksbuild\.\d+$")]
ADDONS: dict[AddonName, AddonVersion | None] = {
    "amazon-cloudwatch-observability": None,
    "aws-ebs-csi-driver": None,
    "coredns": None,
    "eks-node-monitoring-agent": None,
    "eks-pod-identity-agent": None,
    "kube-proxy": None,
    "metrics-server": None,
    "vpc-cni": None,
}


class Cluster(Part):
    """The EKS control plane. Its endpoint is always reachable from the VPC."""

    version: Literal["1.34", "1.35", "1.36"] = "1.35"
    """Kubernetes version. Extended support of an old one costs six times as much."""
    log_types: tuple[Literal["api", "audit", "authenticator", "controllerManager", "scheduler"], ...] = (
        "api",
        "audit",
        "authenticator",
    )
    """Logs of the control plane that are kept."""
    endpoint_access_cidrs: tuple[Cidr, ...] = ()
    """Networks that may reach the endpoint from the internet; none closes it to all but the VPC."""
    addons: dict[AddonName, AddonVersion | None] = ADDONS
    """Managed add-ons and their versions; null takes AWS's default for the cluster's version when it is installed."""
    karpenter: bool = True
    """The AWS side of Karpenter: node role, controller role, interruption queue and rules, discovery tags."""
    pod_credentials: Literal["pod_identity", "irsa"] = "pod_identity"
    """How pods get the credentials of their role: EKS Pod Identity, or the cluster's OIDC provider (IRSA)."""
