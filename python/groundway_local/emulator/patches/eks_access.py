"""EKS access entries: who may talk to a cluster's Kubernetes API, and with which of AWS's access policies."""

import uuid
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.eks import urls
from moto.eks.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from moto.eks.responses import EKSResponse
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from groundway_local.emulator.patches.eks import cluster_of, held

Operation = Callable[[EKSResponse], ActionResult]

POLICIES = (
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSViewPolicy",
    "AmazonSagemakerHyperpodClusterPolicy",
)


def principal_exists(arn: str) -> bool:
    """Whether `arn` is that of a role or user which is there, in whichever account."""
    partition, account = (arn.split(":")[n] for n in (1, 4)) if arn.count(":") == 5 else ("", "")
    if account not in iam_backends:
        return False
    iam = iam_backends[account][partition]
    return any(one.arn == arn for one in (*iam.roles.values(), *iam.users.values()))


def create_access_entry(self: EKSResponse) -> ActionResult:
    cluster, principal = _open_cluster(self), self._get_param("principalArn")
    if principal in held(cluster, "access_entries"):
        text = "The specified access entry resource is already in use on this cluster."
        raise ResourceInUseException(clusterName=cluster.name, message=text)
    kind = self._get_param("type") or "STANDARD"
    if not principal_exists(principal):
        text = f"The specified principalArn is invalid: invalid principal: {principal}"
        raise InvalidParameterException(clusterName=cluster.name, message=text)
    _refuse_names(self, cluster, kind)
    entry = enter(self, cluster, principal, kind)
    entry["tags"] = self._get_param("tags") or {}
    _keep(self, entry)
    return ActionResult({"accessEntry": entry})


def describe_access_entry(self: EKSResponse) -> ActionResult:
    return ActionResult({"accessEntry": _entry(self)})


def update_access_entry(self: EKSResponse) -> ActionResult:
    entry = _entry(self)
    _refuse_names(self, cluster_of(self), entry["type"])
    _keep(self, entry)
    entry["modifiedAt"] = utcnow()
    return ActionResult({"accessEntry": entry})


def delete_access_entry(self: EKSResponse) -> ActionResult:
    entry = _entry(self)
    del held(cluster_of(self), "access_entries")[entry["principalArn"]]
    return ActionResult({})


def list_access_entries(self: EKSResponse) -> ActionResult:
    wanted, entries = self._get_param("associatedPolicyArn"), held(_open_cluster(self), "access_entries")
    return ActionResult({"accessEntries": [p for p, e in entries.items() if not wanted or wanted in e["policies"]]})


def associate_access_policy(self: EKSResponse) -> ActionResult:
    """Again with another scope changes the scope."""
    entry, arn, scope = _entry(self), self._get_param("policyArn"), self._get_param("accessScope")
    if entry["type"] != "STANDARD":
        _invalid(entry, f"An access policy cannot be associated with an access entry of type {entry['type']}")
    if arn not in {p["arn"] for p in _policies(self)}:
        _invalid(entry, f"The policyArn parameter format is not valid: no such access policy: {arn}")
    if (scope["type"] == "namespace") is not bool(scope.get("namespaces")):
        _invalid(entry, "An access scope of type namespace names namespaces, one of type cluster does not")
    now = utcnow()
    policy = {"policyArn": arn, "accessScope": scope, "associatedAt": now, "modifiedAt": now}
    if before := entry["policies"].get(arn):
        policy["associatedAt"] = before["associatedAt"]
    entry["policies"][arn] = policy
    return ActionResult({**_names(entry), "associatedAccessPolicy": policy})


def disassociate_access_policy(self: EKSResponse) -> ActionResult:
    entry, arn = _entry(self), self._get_param("policyArn")
    if entry["policies"].pop(arn, None) is None:
        text = f"No associated access policy {arn} found for access entry {entry['principalArn']}"
        raise ResourceNotFoundException(clusterName=entry["clusterName"], message=text)
    return ActionResult({})


def list_associated_access_policies(self: EKSResponse) -> ActionResult:
    entry = _entry(self)
    return ActionResult({**_names(entry), "associatedAccessPolicies": list(entry["policies"].values())})


def list_access_policies(self: EKSResponse) -> ActionResult:
    return ActionResult({"accessPolicies": _policies(self)})


def enter(response: EKSResponse, cluster: Any, principal: str, kind: str = "STANDARD") -> dict[str, Any]:
    """A new access entry, named and grouped as AWS does it."""
    backend, now = response.eks_backend, utcnow()
    account, resource = principal.split(":")[4], principal.rpartition(":")[2]
    role, name = resource.startswith("role/"), resource.rpartition("/")[2]
    session = f"arn:{backend.partition}:sts::{account}:assumed-role/{name}/{{{{SessionName}}}}"
    node = kind != "STANDARD"
    entry = {
        "clusterName": cluster.name,
        "principalArn": principal,
        "kubernetesGroups": ["system:nodes"] if node else [],
        "accessEntryArn": f"arn:{backend.partition}:eks:{backend.region_name}:{backend.account_id}:access-entry/"
        f"{cluster.name}/{'role' if role else 'user'}/{account}/{name}/{uuid.uuid4()}",
        "createdAt": now,
        "modifiedAt": now,
        "tags": {},
        "username": "system:node:{{EC2PrivateDNSName}}" if node else session if role else principal,
        "type": kind,
        "policies": {},
    }
    held(cluster, "access_entries")[principal] = entry
    return entry


def _enter_maker(response: EKSResponse) -> None:
    """Who made a cluster may do everything in it, unless that is declined."""
    access, maker = response._get_param("accessConfig") or {}, _caller(response)
    if maker and access.get("bootstrapClusterCreatorAdminPermissions", True):
        now, admin = utcnow(), next(p["arn"] for p in _policies(response) if p["name"] == "AmazonEKSClusterAdminPolicy")
        scope = {"type": "cluster", "namespaces": []}
        policy = {"policyArn": admin, "accessScope": scope, "associatedAt": now, "modifiedAt": now}
        enter(response, cluster_of(response), maker)["policies"][admin] = policy


def _enter_nodes(response: EKSResponse) -> None:
    """The role of a node group's nodes may join the cluster."""
    cluster, role = cluster_of(response), response._get_param("nodeRole")
    if role not in held(cluster, "access_entries"):
        enter(response, cluster, role, "EC2_LINUX")


def _caller(response: EKSResponse) -> str | None:
    """The role that signed the request; None for the account itself, which needs no entry here."""
    backend, key = response.eks_backend, response.get_access_key()
    session = sts_backends[backend.account_id][backend.partition].get_assumed_role_from_access_key(key)
    return session.role_arn if session else None


def _open_cluster(response: EKSResponse) -> Any:
    """The cluster, if it uses access entries at all."""
    cluster = cluster_of(response)
    if (getattr(cluster, "access_config", None) or {}).get("authenticationMode") == "CONFIG_MAP":
        text = (
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this "
            "operation."
        )
        raise InvalidRequestException(clusterName=cluster.name, message=text)
    return cluster


def _entry(response: EKSResponse) -> dict[str, Any]:
    cluster, principal = _open_cluster(response), response._get_param("principalArn")
    found: dict[str, Any] | None = held(cluster, "access_entries").get(principal)
    if found is None:
        text = f"The specified principalArn could not be found: {principal}. You can view your access entries with it."
        raise ResourceNotFoundException(clusterName=cluster.name, message=text)
    return found


def _refuse_names(response: EKSResponse, cluster: Any, kind: str) -> None:
    """AWS gives nodes their names and groups itself; `system:` is nobody's."""
    name, groups = response._get_param("username"), response._get_param("kubernetesGroups") or []
    if kind != "STANDARD" and (name or groups):
        text = f"username and kubernetesGroups cannot be given for an access entry of type {kind}"
        raise InvalidParameterException(clusterName=cluster.name, message=text)
    if reserved := [n for n in (*groups, name or "") if n.startswith(("system:", "eks:", "aws:", "amazon:", "iam:"))]:
        text = f"The name {reserved[0]} begins with a reserved prefix"
        raise InvalidParameterException(clusterName=cluster.name, message=text)


def _keep(response: EKSResponse, entry: dict[str, Any]) -> None:
    if (groups := response._get_param("kubernetesGroups")) is not None:
        entry["kubernetesGroups"] = groups
    if name := response._get_param("username"):
        entry["username"] = name


def _policies(response: EKSResponse) -> list[dict[str, str]]:
    arn = f"arn:{response.eks_backend.partition}:eks::aws:cluster-access-policy"
    return [{"name": name, "arn": f"{arn}/{name}"} for name in POLICIES]


def _names(entry: dict[str, Any]) -> dict[str, str]:
    return {k: entry[k] for k in ("clusterName", "principalArn")}


def _invalid(entry: dict[str, Any], text: str) -> None:
    raise InvalidParameterException(clusterName=entry["clusterName"], message=text)


def _then(operation: Operation, more: Callable[[EKSResponse], None]) -> Operation:
    """`operation`, and when it went well, `more`."""

    def both(self: EKSResponse) -> ActionResult:
        result = operation(self)
        more(self)
        return result

    return both


def apply() -> None:
    """Around what `eks.py` made of the same methods: the modules are applied in alphabetical order."""
    EKSResponse.create_cluster = _then(EKSResponse.create_cluster, _enter_maker)
    EKSResponse.create_nodegroup = _then(EKSResponse.create_nodegroup, _enter_nodes)
    for function in (
        create_access_entry,
        describe_access_entry,
        update_access_entry,
        delete_access_entry,
        list_access_entries,
        associate_access_policy,
        disassociate_access_policy,
        list_associated_access_policies,
        list_access_policies,
    ):
        setattr(EKSResponse, function.__name__, function)
    for path in (
        "clusters/(?P<name>[^/]+)/access-entries$",
        "clusters/(?P<name>[^/]+)/access-entries/(?P<rest>.+)$",
        "access-policies$",
    ):
        urls.url_paths[f"{{0}}/{path}"] = urls.response.dispatch
