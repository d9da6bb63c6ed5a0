"""Kubernetes clusters and their node groups."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step, Tagging, Via
from groundway_local.provider.values import State

_CLUSTER = {"name": "{name}"}
_NODEGROUP = {"clusterName": "{cluster_name}", "nodegroupName": "{node_group_name}"}
_ARN = {"resourceArn": "{arn}"}
_TAGGING = Tagging(None, Op("tag_resource", _ARN), Op("untag_resource", _ARN), "tagKeys")


def _set_logging(api: Api, prior: State, planned: State) -> None:
    """Log types are switched on and off; one that is not named stays as it is."""
    if not prior:
        return
    old, new = set(prior.get("enabled_cluster_log_types") or []), set(planned.get("enabled_cluster_log_types") or [])
    switches = [{"types": sorted(types), "enabled": on} for types, on in ((new, True), (old - new, False)) if types]
    api.call("update_cluster_config", name=planned["name"], logging={"clusterLogging": switches})


def _set_labels(api: Api, prior: State, planned: State) -> None:
    if not prior:
        return
    old, new = prior.get("labels") or {}, planned.get("labels") or {}
    change = {
        "addOrUpdateLabels": {k: v for k, v in new.items() if old.get(k) != v},
        "removeLabels": [k for k in old if k not in new],
    }
    _update_group(api, planned, labels=change)


def _set_taints(api: Api, prior: State, planned: State) -> None:
    if not prior:
        return
    old, new = ([_taint(t) for t in s.get("taint") or []] for s in (prior, planned))
    change = {
        "addOrUpdateTaints": [t for t in new if t not in old],
        "removeTaints": [t for t in old if t not in new],
    }
    _update_group(api, planned, taints=change)


def _update_group(api: Api, planned: State, **change: Any) -> None:
    names = {"clusterName": planned["cluster_name"], "nodegroupName": planned["node_group_name"]}
    api.call("update_nodegroup_config", **names, **change)


def _taint(taint: State) -> dict[str, str]:
    return {k: v for k, v in taint.items() if v is not None}


SPECS = {
    "aws_eks_cluster": Spec(
        "eks",
        "Cluster",
        Op("create_cluster"),
        id="{name}",
        read=(Op("describe_cluster", {"name": "{id}"}, "cluster"),),
        update=(
            Op(
                "update_cluster_config",
                _CLUSTER,
                attrs=(
                    "access_config",
                    "compute_config",
                    "control_plane_scaling_config",
                    "deletion_protection",
                    "kubernetes_network_config",
                    "remote_network_config",
                    "storage_config",
                    "upgrade_policy",
                    "vpc_config",
                    "zonal_shift_config",
                ),
                each=True,
            ),
            Step(("enabled_cluster_log_types",), _set_logging),
            Op("update_cluster_version", _CLUSTER, attrs=("version",)),
        ),
        delete=Op("delete_cluster", {"name": "{id}"}),
        names={
            "cluster_id": None,
            "enabled_cluster_log_types": Via(
                "logging",
                write=lambda types: {"clusterLogging": [{"types": types, "enabled": True}]},
                read="logging.clusterLogging[?enabled].types | []",
            ),
            "vpc_config": "resourcesVpcConfig",
        },
        defaults={
            "access_config.bootstrap_cluster_creator_admin_permissions": False,
            "bootstrap_self_managed_addons": True,
            "deletion_protection": False,
            "force_update_version": False,
            "vpc_config.endpoint_private_access": False,
            "vpc_config.endpoint_public_access": True,
        },
        provider_only=("force_update_version",),
        unread=("bootstrap_self_managed_addons",),
        filled=("access_config", "kubernetes_network_config", "upgrade_policy"),
        volatile=("platform_version", "status"),
        tagging=_TAGGING,
        support="patched",
    ),
    "aws_eks_node_group": Spec(
        "eks",
        "Nodegroup",
        Op("create_nodegroup"),
        id="{cluster_name}:{node_group_name}",
        read=(Op("describe_nodegroup", _NODEGROUP, "nodegroup"),),
        update=(
            Op(
                "update_nodegroup_config",
                _NODEGROUP,
                attrs=("scaling_config", "update_config", "node_repair_config"),
                each=True,
            ),
            Step(("labels",), _set_labels),
            Step(("taint",), _set_taints),
            Op(
                "update_nodegroup_version",
                _NODEGROUP,
                attrs=("version", "release_version", "launch_template"),
                whole=True,
            ),
        ),
        delete=Op("delete_nodegroup", _NODEGROUP),
        names={
            "arn": "nodegroupArn",
            "node_group_name": "nodegroupName",
            "node_role_arn": "nodeRole",
            "subnet_ids": "subnets",
            "taint": "taints",
            "resources": Via(read=lambda answer: _resources(answer.get("resources") or {})),
        },
        defaults={"force_update_version": False},
        provider_only=("force_update_version",),
        filled=("remote_access", "update_config"),
        volatile=("status",),
        prefixed={"node_group_name": "node_group_name_prefix"},
        tagging=_TAGGING,
        support="patched",
    ),
}


def _resources(resources: dict[str, Any]) -> list[State]:
    groups = [{"name": g["name"]} for g in resources.get("autoScalingGroups") or []]
    security = resources.get("remoteAccessSecurityGroup")
    return [{"autoscaling_groups": groups, "remote_access_security_group_id": security}]
