"""EKS: settings of clusters and node groups that moto takes and forgets, and version upgrades."""

import secrets
import uuid
from typing import Any

from moto.core.responses import ActionResult
from moto.eks import urls
from moto.eks.exceptions import InvalidRequestException
from moto.eks.responses import EKSResponse

# Parameter -> attribute of moto's object, from which the answer is serialized.
CLUSTER = {
    "accessConfig": "access_config",
    "computeConfig": "compute_config",
    "controlPlaneScalingConfig": "control_plane_scaling_config",
    "deletionProtection": "deletion_protection",
    "storageConfig": "storage_config",
    "upgradePolicy": "upgrade_policy",
    "zonalShiftConfig": "zonal_shift_config",
}
ARNS = {"addons": "addonArn", "access_entries": "accessEntryArn", "pod_identities": "associationArn"}
NODEGROUP = {"updateConfig": "update_config", "nodeRepairConfig": "node_repair_config"}

create_cluster = EKSResponse.create_cluster
create_nodegroup = EKSResponse.create_nodegroup
delete_cluster = EKSResponse.delete_cluster
update_cluster_config = EKSResponse.update_cluster_config


def _keep(response: EKSResponse, target: Any, names: dict[str, str]) -> None:
    for parameter, attribute in names.items():
        value = response._get_param(parameter)
        if value is not None:
            setattr(target, attribute, value)


def update(kind: str) -> ActionResult:
    """What AWS answers to an update, which is carried out at once here."""
    return ActionResult({"update": {"id": str(uuid.uuid4()), "status": "Successful", "type": kind}})


def cluster_of(response: EKSResponse) -> Any:
    """The cluster that a request names; raises what AWS would if there is none."""
    return response.eks_backend.describe_cluster(name=response._get_param("name"))


def held(cluster: Any, kind: str) -> dict[str, dict[str, Any]]:
    """What a cluster has besides node groups: `addons`, `access_entries` or `pod_identities`. It goes with it."""
    found: dict[str, dict[str, Any]] = vars(cluster).setdefault(kind, {})
    return found


def _nodegroup(response: EKSResponse) -> Any:
    return response.eks_backend.describe_nodegroup(
        cluster_name=response._get_param("name"), nodegroup_name=response._get_param("nodegroupName")
    )


def created_cluster(self: EKSResponse) -> ActionResult:
    """Each cluster has an issuer of its own."""
    result = create_cluster(self)
    cluster, region = cluster_of(self), self.eks_backend.region_name
    _keep(self, cluster, CLUSTER)
    issuer = f"https://oidc.eks.{region}.amazonaws.com/id/{secrets.token_hex(16).upper()}"
    cluster.identity = {"oidc": {"issuer": issuer}}
    return result


def created_nodegroup(self: EKSResponse) -> ActionResult:
    result = create_nodegroup(self)
    _keep(self, _nodegroup(self), NODEGROUP)
    return result


def updated_cluster_config(self: EKSResponse) -> ActionResult:
    """AWS changes what is given and keeps the rest; moto would replace the whole VPC and logging configuration."""
    cluster = cluster_of(self)
    network, logging = dict(cluster.resources_vpc_config), cluster.logging
    update_cluster_config(self)
    cluster.resources_vpc_config = {**network, **(self._get_param("resourcesVpcConfig") or {})}
    if given := (self._get_param("logging") or {}).get("clusterLogging"):
        cluster.logging = _merged_logging(logging, given)
    _keep(self, cluster, CLUSTER)
    return update("EndpointAccessUpdate")


def _merged_logging(before: Any, given: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = {t: g["enabled"] for g in (before or {}).get("clusterLogging", []) for t in g.get("types", [])}
    kinds |= {t: g["enabled"] for g in given for t in g.get("types", [])}
    groups = [{"types": sorted(t for t in kinds if kinds[t] is on), "enabled": on} for on in (True, False)]
    return {"clusterLogging": [g for g in groups if g["types"]]}


def guarded_delete_cluster(self: EKSResponse) -> ActionResult:
    if getattr(cluster_of(self), "deletion_protection", False):
        text = "Cannot delete the cluster while deletionProtection is enabled. Disable it first."
        raise InvalidRequestException(clusterName=self._get_param("name"), message=text)
    return delete_cluster(self)


def update_cluster_version(self: EKSResponse) -> ActionResult:
    cluster_of(self).version = self._get_param("version")
    return update("VersionUpdate")


def update_nodegroup_version(self: EKSResponse) -> ActionResult:
    nodegroup = _nodegroup(self)
    _keep(self, nodegroup, {"version": "version", "releaseVersion": "release_version"})
    if template := self._get_param("launchTemplate"):
        known = {k: v for k, v in (nodegroup.launch_template or {}).items() if k in ("id", "name")}
        nodegroup.launch_template = {**known, **template}
    return update("VersionUpdate")


def _tags(response: EKSResponse) -> dict[str, str]:
    """The tags of what an ARN names: moto knows clusters only."""
    arn = response._extract_arn_from_path()
    tags: dict[str, str]
    for cluster in response.eks_backend.clusters.values():
        for found in (cluster, *cluster.nodegroups.values()):
            if found.arn == arn:
                tags = found.tags
                return tags
        for kind, name in ARNS.items():
            for one in held(cluster, kind).values():
                if one[name] == arn:
                    tags = one["tags"]
                    return tags
    tags = response.eks_backend.list_tags_for_resource(arn)  # raises what AWS would
    return tags


def tag_resource(self: EKSResponse) -> ActionResult:
    _tags(self).update(self._get_param("tags"))
    return ActionResult({})


def untag_resource(self: EKSResponse) -> ActionResult:
    tags = _tags(self)
    for key in self._get_param("tagKeys") or self.querystring.get("tagKeys", []):
        tags.pop(key, None)
    return ActionResult({})


def list_tags_for_resource(self: EKSResponse) -> ActionResult:
    return ActionResult({"tags": _tags(self)})


def apply() -> None:
    EKSResponse.create_cluster = created_cluster
    EKSResponse.create_nodegroup = created_nodegroup
    EKSResponse.update_cluster_config = updated_cluster_config
    EKSResponse.delete_cluster = guarded_delete_cluster
    EKSResponse.tag_resource = tag_resource
    EKSResponse.untag_resource = untag_resource
    EKSResponse.list_tags_for_resource = list_tags_for_resource
    EKSResponse.update_cluster_version = update_cluster_version
    EKSResponse.update_nodegroup_version = update_nodegroup_version
    nodegroup = "{0}/clusters/(?P<name>[^/]+)/node-groups/(?P<nodegroupName>[^/]+)"
    urls.url_paths["{0}/clusters/(?P<name>[^/]+)/updates$"] = urls.response.dispatch
    urls.url_paths[f"{nodegroup}/update-version$"] = urls.response.dispatch
