"""Tags of a node group's Auto Scaling group, which EKS makes without those of the node group."""

from collections.abc import Mapping

from infra.cdk import Construct, aws

HINT = "k8s.io/cluster-autoscaler/node-template"


def hints(labels: Mapping[str, str], taints: Mapping[str, str], resources: Mapping[str, int]) -> dict[str, str]:
    """What a node would be like: without it the cluster autoscaler never starts the first of an empty group.

    `taints`: key to `value:effect` in Kubernetes' spelling.
    """
    return {
        **{f"{HINT}/label/{key}": value for key, value in labels.items()},
        **{f"{HINT}/taint/{key}": value for key, value in taints.items()},
        **{f"{HINT}/resources/{key}": str(count) for key, count in resources.items()},
    }


def tag_group(scope: Construct, group_name: str, tags: Mapping[str, str]) -> None:
    """Put each tag on the group alone: what it starts has its tags from the launch template."""
    tag = aws.autoscaling_group_tag
    for key, value in tags.items():
        tag.AutoscalingGroupTagA(
            scope,
            f"tag-{key.removeprefix(f'{HINT}/').replace('/', '_')}",
            autoscaling_group_name=group_name,
            tag=tag.AutoscalingGroupTagTag(key=key, value=value, propagate_at_launch=False),
        )
