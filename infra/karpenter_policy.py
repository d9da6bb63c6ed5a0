"""What Karpenter's controller may do: start what is tagged as this cluster's, end nothing else.

After the policy in Karpenter's documentation (reference, CloudFormation), narrower: it makes no instance profiles, it
starts nodes only in our subnets and security groups, and only with the cost tags on them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from groundway import tags
from infra import iam
from infra.site import Site
from infra.workload_group import DISCOVERY

NODE_POOL = "karpenter.sh/nodepool"
READS = (
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeCapacityReservations",
    "ec2:DescribeImages",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstanceTypeOfferings",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeInstances",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribePlacementGroups",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSpotPriceHistory",
    "ec2:DescribeSubnets",
)
STARTED = ("fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume")


@dataclass(frozen=True, kw_only=True)
class ControllerProps:
    """The cluster's name is the site's prefix: it is part of condition keys, where no reference can be."""

    site: Site
    node_role_arn: str
    instance_profile_arn: str
    queue_arn: str
    cluster_arn: str


def statements(props: ControllerProps) -> list[iam.Statement]:
    return [*_starting(props), *_tagging(props), *_ending(props), *_reading(props), *_beyond_ec2(props)]


def _starting(props: ControllerProps) -> list[iam.Statement]:
    start = ["ec2:RunInstances", "ec2:CreateFleet"]
    cost_tags = {f"aws:RequestTag/{key}": "*" for key in tags.KEYS}
    asked = _asked(props)
    asked["StringLike"] |= cost_tags
    return [
        iam.allow("StartFromImages", start, [_public(props, "image"), _public(props, "snapshot")]),
        iam.allow(
            "StartInOurSubnets",
            start,
            _ours(props, "subnet"),
            {"StringEquals": {f"aws:ResourceTag/{DISCOVERY}": props.site.prefix}},
        ),
        iam.allow(
            "StartInOurGroups",
            start,
            _ours(props, "security-group"),
            {"StringEquals": {"aws:ResourceTag/environment": props.site.environment}},
        ),
        iam.allow("StartFromOwnTemplates", start, _ours(props, "launch-template"), _owned(props)),
        iam.allow("StartTagged", [*start, "ec2:CreateLaunchTemplate"], _ours(props, *STARTED), asked),
    ]


def _tagging(props: ControllerProps) -> list[iam.Statement]:
    created = _asked(props)
    created["StringEquals"]["ec2:CreateAction"] = ["RunInstances", "CreateFleet", "CreateLaunchTemplate"]
    later = _owned(props)
    later["ForAllValues:StringEquals"] = {"aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"]}
    return [
        iam.allow("TagWhatItStarts", ["ec2:CreateTags"], _ours(props, *STARTED), created),
        iam.allow("NameItsNodes", ["ec2:CreateTags"], _ours(props, "instance"), later),
    ]


def _ending(props: ControllerProps) -> list[iam.Statement]:
    actions = ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"]
    return [iam.allow("EndItsOwn", actions, _ours(props, "instance", "launch-template"), _owned(props))]


def _reading(props: ControllerProps) -> list[iam.Statement]:
    here = {"StringEquals": {"aws:RequestedRegion": props.site.region}}
    return [
        iam.allow("LookAround", READS, ["*"], here),
        iam.allow("Prices", ["pricing:GetProducts"], ["*"]),
        iam.allow(
            "Images",
            ["ssm:GetParameter"],
            [f"arn:{props.site.partition}:ssm:{props.site.region}::parameter/aws/service/*"],
        ),
        iam.allow("FindCluster", ["eks:DescribeCluster"], [props.cluster_arn]),
    ]


def _beyond_ec2(props: ControllerProps) -> list[iam.Statement]:
    return [
        iam.allow("HearWarnings", ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"], [props.queue_arn]),
        iam.allow(
            "GiveNodesTheirRole",
            ["iam:PassRole"],
            [props.node_role_arn],
            {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
        iam.allow("KnowTheProfile", ["iam:GetInstanceProfile"], [props.instance_profile_arn]),
        iam.allow("ListProfiles", ["iam:ListInstanceProfiles"], ["*"]),  # AWS knows no resource for it
    ]


def _asked(props: ControllerProps) -> dict[str, Any]:
    """The request says that it is for this cluster."""
    name = props.site.prefix
    condition = _tagged("Request", name)
    condition["StringEquals"]["aws:RequestTag/eks:eks-cluster-name"] = name
    return condition


def _owned(props: ControllerProps) -> dict[str, Any]:
    """The thing says that Karpenter made it for this cluster."""
    return _tagged("Resource", props.site.prefix)


def _tagged(what: str, cluster_name: str) -> dict[str, Any]:
    return {
        "StringEquals": {f"aws:{what}Tag/kubernetes.io/cluster/{cluster_name}": "owned"},
        "StringLike": {f"aws:{what}Tag/{NODE_POOL}": "*"},
    }


def _ours(props: ControllerProps, *kinds: str) -> Sequence[str]:
    return [props.site.arn("ec2", f"{kind}/*") for kind in kinds]


def _public(props: ControllerProps, kind: str) -> str:
    return f"arn:{props.site.partition}:ec2:{props.site.region}::{kind}/*"
