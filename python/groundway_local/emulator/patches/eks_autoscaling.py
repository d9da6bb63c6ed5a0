"""EKS: a node group has an Auto Scaling group, with the tags that EKS gives it. No instance is ever started in it."""

from __future__ import annotations

from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup, autoscaling_backends
from moto.core.responses import ActionResult
from moto.eks.responses import EKSResponse

Method = Any


def _nodegroup(response: EKSResponse) -> Any:
    return response.eks_backend.describe_nodegroup(
        cluster_name=response._get_param("name"), nodegroup_name=response._get_param("nodegroupName")
    )


def _name(nodegroup: Any) -> str:
    return str(nodegroup.resources["autoScalingGroups"][0]["name"])


def _groups(response: EKSResponse) -> Any:
    return autoscaling_backends[response.current_account][response.region]


def _template(response: EKSResponse, nodegroup: Any) -> dict[str, str]:
    """The group's launch template; EKS makes one where none is given."""
    given = nodegroup.launch_template
    if given:
        return {"LaunchTemplateId": given["id"], "Version": str(given.get("version") or "$Default")}
    ec2 = _groups(response).ec2_backend
    name = _name(nodegroup)
    if name not in ec2.launch_template_name_to_ids:
        ec2.create_launch_template(name, "", {"InstanceType": nodegroup.instance_types[0]}, {})
    return {"LaunchTemplateId": ec2.launch_template_name_to_ids[name], "Version": "$Default"}


def _tags(nodegroup: Any) -> list[dict[str, Any]]:
    cluster = nodegroup.cluster_name
    tags = {
        "eks:cluster-name": cluster,
        "eks:nodegroup-name": nodegroup.nodegroup_name,
        "k8s.io/cluster-autoscaler/enabled": "true",
        f"k8s.io/cluster-autoscaler/{cluster}": "owned",
        f"kubernetes.io/cluster/{cluster}": "owned",
    }
    return [{"Key": k, "Value": v, "PropagateAtLaunch": True} for k, v in tags.items()]


def _make(response: EKSResponse, nodegroup: Any) -> None:
    scaling = nodegroup.scaling_config
    group: FakeAutoScalingGroup = _groups(response).create_auto_scaling_group(
        name=_name(nodegroup),
        availability_zones=[],
        desired_capacity=0,
        min_size=scaling.get("minSize", 0),
        max_size=scaling.get("maxSize", 0),
        launch_config_name="",
        launch_template=_template(response, nodegroup),
        vpc_zone_identifier=",".join(nodegroup.subnets),
        default_cooldown=None,
        health_check_period=None,
        health_check_type=None,
        load_balancers=[],
        target_group_arns=[],
        placement_group=None,
        termination_policies=[],
        tags=_tags(nodegroup),
        capacity_rebalance=nodegroup.capacity_type == "SPOT",
    )
    group.desired_capacity = scaling.get("desiredSize", 0)  # moto's own setter would start instances


def _follow(response: EKSResponse, nodegroup: Any) -> None:
    """The group takes over what changed on its node group."""
    group = _groups(response).autoscaling_groups[_name(nodegroup)]
    scaling = nodegroup.scaling_config
    group.min_size, group.max_size = scaling.get("minSize", 0), scaling.get("maxSize", 0)
    group.desired_capacity = scaling.get("desiredSize", 0)
    group._set_launch_configuration("", _template(response, nodegroup), None)


def _remove(response: EKSResponse, nodegroup: Any) -> None:
    backend, name = _groups(response), _name(nodegroup)
    backend.autoscaling_groups.pop(name, None)
    if not nodegroup.launch_template:
        backend.ec2_backend.delete_launch_template(name, None)


def _then(method: Method, follow: Any) -> Method:
    """`method`, and after it `follow` with the node group that it was about."""

    def patched(self: EKSResponse) -> ActionResult:
        result: ActionResult = method(self)
        follow(self, _nodegroup(self))
        return result

    return patched


def _deleting(method: Method) -> Method:
    def patched(self: EKSResponse) -> ActionResult:
        nodegroup = _nodegroup(self)
        result: ActionResult = method(self)
        _remove(self, nodegroup)
        return result

    return patched


def apply() -> None:
    """Around what `eks.py` made of the same methods: the modules are applied in alphabetical order."""
    EKSResponse.create_nodegroup = _then(EKSResponse.create_nodegroup, _make)
    EKSResponse.update_nodegroup_config = _then(EKSResponse.update_nodegroup_config, _follow)
    EKSResponse.update_nodegroup_version = _then(EKSResponse.update_nodegroup_version, _follow)
    EKSResponse.delete_nodegroup = _deleting(EKSResponse.delete_nodegroup)
