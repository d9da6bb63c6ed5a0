"""EKS add-ons: which there are, for which Kubernetes, and what a cluster has of them."""

import uuid
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.eks import urls
from moto.eks.exceptions import InvalidParameterException, ResourceInUseException, ResourceNotFoundException
from moto.eks.responses import EKSResponse

from groundway_local.emulator.patches.eks import cluster_of, held, update
from groundway_local.emulator.patches.eks_pod_identity import associate, dissociate

KUBERNETES = ("1.33", "1.34", "1.35", "1.36")
# Newest first. AWS publishes new builds every few weeks: that one of these is still offered there is not known here.
ANYWHERE = {
    "amazon-cloudwatch-observability": ("v4.6.0-eksbuild.1", "v4.5.0-eksbuild.1"),
    "aws-ebs-csi-driver": ("v1.54.0-eksbuild.1", "v1.53.0-eksbuild.1"),
    "aws-mountpoint-s3-csi-driver": ("v2.2.1-eksbuild.1", "v2.1.0-eksbuild.1"),
    "coredns": ("v1.13.2-eksbuild.1", "v1.12.4-eksbuild.1"),
    "eks-node-monitoring-agent": ("v1.5.1-eksbuild.1", "v1.4.2-eksbuild.1"),
    "eks-pod-identity-agent": ("v1.3.10-eksbuild.2", "v1.3.9-eksbuild.5"),
    "metrics-server": ("v0.8.0-eksbuild.6", "v0.8.0-eksbuild.3"),
    "vpc-cni": ("v1.21.1-eksbuild.3", "v1.20.5-eksbuild.1"),
}
# kube-proxy is of its Kubernetes.
KUBE_PROXY = {minor: (f"v{minor}.2-eksbuild.1", f"v{minor}.0-eksbuild.2") for minor in KUBERNETES}
ADDONS = sorted([*ANYWHERE, "kube-proxy"])
NAMESPACES = {"amazon-cloudwatch-observability": "amazon-cloudwatch"}
KEPT = ("serviceAccountRoleArn", "configurationValues")


def versions(name: str, kubernetes: str) -> tuple[str, ...]:
    """What is offered of add-on `name` for a version of Kubernetes, newest first; the first is AWS's default."""
    return KUBE_PROXY.get(kubernetes, ()) if name == "kube-proxy" else ANYWHERE.get(name, ())


def create_addon(self: EKSResponse) -> ActionResult:
    cluster, name = cluster_of(self), self._get_param("addonName")
    if name in held(cluster, "addons"):
        raise ResourceInUseException(clusterName=cluster.name, addonName=name, message="Addon already exists.")
    backend, now = self.eks_backend, utcnow()
    addon = {
        "addonName": name,
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "addonVersion": _version(self, cluster, name),
        "health": {"issues": []},
        "addonArn": f"arn:{backend.partition}:eks:{backend.region_name}:{backend.account_id}:addon/"
        f"{cluster.name}/{name}/{uuid.uuid4()}",
        "createdAt": now,
        "modifiedAt": now,
        "tags": self._get_param("tags") or {},
        **{k: v for k in KEPT if (v := self._get_param(k))},
    }
    addon["podIdentityAssociations"] = _associated(self, cluster, addon)
    held(cluster, "addons")[name] = addon
    return ActionResult({"addon": addon})


def describe_addon(self: EKSResponse) -> ActionResult:
    return ActionResult({"addon": _addon(self)})


def list_addons(self: EKSResponse) -> ActionResult:
    return ActionResult({"addons": sorted(held(cluster_of(self), "addons"))})


def update_addon(self: EKSResponse) -> ActionResult:
    """What is not given stays; pod identities that are given are all there are."""
    cluster, addon = cluster_of(self), _addon(self)
    if self._get_param("addonVersion"):
        addon["addonVersion"] = _version(self, cluster, addon["addonName"])
    addon |= {k: v for k in KEPT if (v := self._get_param(k)) is not None}
    if self._get_param("podIdentityAssociations") is not None:
        _dissociate(cluster, addon)
        addon["podIdentityAssociations"] = _associated(self, cluster, addon)
    addon["modifiedAt"] = utcnow()
    return update("AddonUpdate")


def delete_addon(self: EKSResponse) -> ActionResult:
    cluster, addon = cluster_of(self), _addon(self)
    _dissociate(cluster, addon)
    del held(cluster, "addons")[addon["addonName"]]
    return ActionResult({"addon": {**addon, "status": "DELETING"}})


def describe_addon_versions(self: EKSResponse) -> ActionResult:
    wanted, minor = self._get_param("addonName"), self._get_param("kubernetesVersion")
    shown = [
        {"addonName": name, "type": "eks", "publisher": "eks", "owner": "aws", "addonVersions": _offered(name, minor)}
        for name in ADDONS
        if wanted in (None, name)
    ]
    return ActionResult({"addons": [a for a in shown if a["addonVersions"]]})


def _offered(name: str, kubernetes: str | None) -> list[dict[str, Any]]:
    offers: dict[str, list[dict[str, Any]]] = {}
    for minor in KUBERNETES:
        for number, version in enumerate(versions(name, minor) if kubernetes in (None, minor) else ()):
            fits = {"clusterVersion": minor, "platformVersions": ["*"], "defaultVersion": number == 0}
            offers.setdefault(version, []).append(fits)
    return [
        {"addonVersion": v, "architecture": ["amd64", "arm64"], "compatibilities": c, "requiresConfiguration": False}
        for v, c in offers.items()
    ]


def _version(response: EKSResponse, cluster: Any, name: str) -> str:
    offered, wanted = versions(name, cluster.version), response._get_param("addonVersion")
    if name not in ADDONS:
        raise InvalidParameterException(addonName=name, message=f"Addon {name} specified is not supported")
    if not offered or (wanted and wanted not in offered):
        raise InvalidParameterException(
            addonName=name,
            clusterName=cluster.name,
            message=f"Addon version specified is not supported: {name} {wanted or ''} for Kubernetes "
            f"{cluster.version}; supported: {', '.join(offered) or 'none'}",
        )
    return str(wanted or offered[0])


def _addon(response: EKSResponse) -> dict[str, Any]:
    cluster, name = cluster_of(response), response._get_param("addonName")
    found: dict[str, Any] | None = held(cluster, "addons").get(name)
    if found is None:
        raise ResourceNotFoundException(
            clusterName=cluster.name, addonName=name, message=f"No addon: {name} found in cluster: {cluster.name}"
        )
    return found


def _associated(response: EKSResponse, cluster: Any, addon: dict[str, Any]) -> list[str]:
    namespace = NAMESPACES.get(addon["addonName"], "kube-system")
    return [
        associate(response, cluster, namespace, a["serviceAccount"], a["roleArn"], addon["addonArn"])["associationArn"]
        for a in response._get_param("podIdentityAssociations") or []
    ]


def _dissociate(cluster: Any, addon: dict[str, Any]) -> None:
    for arn in addon["podIdentityAssociations"]:
        dissociate(cluster, arn.rpartition("/")[2])


def apply() -> None:
    for function in (
        create_addon,
        describe_addon,
        list_addons,
        update_addon,
        delete_addon,
        describe_addon_versions,
    ):
        setattr(EKSResponse, function.__name__, function)
    for path in (
        "clusters/(?P<name>[^/]+)/addons$",
        "clusters/(?P<name>[^/]+)/addons/(?P<rest>.+)$",
        "addons/supported-versions$",
    ):
        urls.url_paths[f"{{0}}/{path}"] = urls.response.dispatch
