"""EKS Pod Identity: which service account of a cluster gets which role."""

import secrets
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.eks import urls
from moto.eks.exceptions import InvalidParameterException, ResourceInUseException, ResourceNotFoundException
from moto.eks.responses import EKSResponse

from groundway_local.emulator.patches.eks import cluster_of, held
from groundway_local.emulator.patches.eks_access import principal_exists

KEPT = ("disableSessionTags", "targetRoleArn")
SUMMARY = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")


def associate(
    response: EKSResponse, cluster: Any, namespace: str, account: str, role_arn: str, owner_arn: str | None = None
) -> dict[str, Any]:
    """A new association; a service account has one role, and the role must exist."""
    for one in held(cluster, "pod_identities").values():
        if (one["namespace"], one["serviceAccount"]) == (namespace, account):
            text = f"Association already exists: {one['associationId']}"
            raise ResourceInUseException(clusterName=cluster.name, message=text)
    _check_role(role_arn)
    backend, id, now = response.eks_backend, f"a-{secrets.token_hex(9)[:17]}", utcnow()
    made = {
        "clusterName": cluster.name,
        "namespace": namespace,
        "serviceAccount": account,
        "roleArn": role_arn,
        "associationArn": f"arn:{backend.partition}:eks:{backend.region_name}:{backend.account_id}:"
        f"podidentityassociation/{cluster.name}/{id}",
        "associationId": id,
        "tags": {},
        "createdAt": now,
        "modifiedAt": now,
        "disableSessionTags": False,
        **({"ownerArn": owner_arn} if owner_arn else {}),
    }
    held(cluster, "pod_identities")[id] = made
    return made


def dissociate(cluster: Any, id: str) -> None:
    held(cluster, "pod_identities").pop(id, None)


def create_pod_identity_association(self: EKSResponse) -> ActionResult:
    cluster = cluster_of(self)
    made = associate(
        self, cluster, self._get_param("namespace"), self._get_param("serviceAccount"), self._get_param("roleArn")
    )
    made["tags"] = self._get_param("tags") or {}
    _keep(self, made)
    return ActionResult({"association": made})


def describe_pod_identity_association(self: EKSResponse) -> ActionResult:
    return ActionResult({"association": _association(self)})


def update_pod_identity_association(self: EKSResponse) -> ActionResult:
    found = _association(self)
    if role_arn := self._get_param("roleArn"):
        _check_role(role_arn)
        found["roleArn"] = role_arn
    _keep(self, found)
    found["modifiedAt"] = utcnow()
    return ActionResult({"association": found})


def delete_pod_identity_association(self: EKSResponse) -> ActionResult:
    found = _association(self)
    if owner := found.get("ownerArn"):
        text = f"Association {found['associationId']} is owned by {owner}; change it there"
        raise InvalidParameterException(clusterName=found["clusterName"], message=text)
    dissociate(cluster_of(self), found["associationId"])
    return ActionResult({"association": found})


def list_pod_identity_associations(self: EKSResponse) -> ActionResult:
    wanted = {k: v for k in ("namespace", "serviceAccount") if (v := self._get_param(k))}
    found = [a for a in held(cluster_of(self), "pod_identities").values() if wanted.items() <= a.items()]
    return ActionResult({"associations": [{k: a[k] for k in SUMMARY if k in a} for a in found]})


def _association(response: EKSResponse) -> dict[str, Any]:
    cluster, id = cluster_of(response), response._get_param("associationId")
    found: dict[str, Any] | None = held(cluster, "pod_identities").get(id)
    if found is None:
        text = f"The association {id} was not found in cluster {cluster.name}"
        raise ResourceNotFoundException(clusterName=cluster.name, message=text)
    return found


def _keep(response: EKSResponse, association: dict[str, Any]) -> None:
    association |= {k: v for k in KEPT if (v := response._get_param(k)) is not None}


def _check_role(arn: str) -> None:
    if not principal_exists(arn):
        raise InvalidParameterException(message=f"Role provided in the request does not exist: {arn}")


def apply() -> None:
    for function in (
        create_pod_identity_association,
        describe_pod_identity_association,
        update_pod_identity_association,
        delete_pod_identity_association,
        list_pod_identity_associations,
    ):
        setattr(EKSResponse, function.__name__, function)
    for path in ("pod-identity-associations$", "pod-identity-associations/(?P<rest>.+)$"):
        urls.url_paths[f"{{0}}/clusters/(?P<name>[^/]+)/{path}"] = urls.response.dispatch
