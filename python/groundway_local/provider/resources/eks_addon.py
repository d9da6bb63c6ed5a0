"""Managed add-ons of a cluster."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.resources.eks_access import tagging
from groundway_local.provider.session import Api
from groundway_local.provider.spec import Arguments, Op, Prepare, Spec, Step, Via
from groundway_local.provider.values import State

_ADDON = {"clusterName": "{cluster_name}", "addonName": "{addon_name}"}
_UPDATED = {
    "addon_version": "addonVersion",
    "configuration_values": "configurationValues",
    "service_account_role_arn": "serviceAccountRoleArn",
}


def _create(_api: Api, planned: State, arguments: Arguments) -> None:
    if conflicts := planned.get("resolve_conflicts_on_create"):
        arguments["resolveConflicts"] = conflicts
    if identities := planned.get("pod_identity_association"):
        arguments["podIdentityAssociations"] = _identities(identities)


def _update(api: Api, prior: State, planned: State) -> None:
    """What changed, and nothing else; AWS keeps the rest."""
    if not prior:
        return
    change = {m: planned[a] or "" for a, m in _UPDATED.items() if planned.get(a) != prior.get(a)}
    new, old = (_identities(s.get("pod_identity_association") or []) for s in (planned, prior))
    if new != old:
        change["podIdentityAssociations"] = new
    if not change:
        return
    if conflicts := planned.get("resolve_conflicts_on_update"):
        change["resolveConflicts"] = conflicts
    api.call("update_addon", clusterName=planned["cluster_name"], addonName=planned["addon_name"], **change)


def _identities(blocks: list[State]) -> list[dict[str, Any]]:
    found = [{"serviceAccount": b["service_account"], "roleArn": b["role_arn"]} for b in blocks]
    return sorted(found, key=lambda i: str(i["serviceAccount"]))


def _describe_identities(api: Api, answer: dict[str, Any]) -> None:
    """The add-on names the associations that it made; each must be asked what it is."""
    answer["podIdentityAssociations"] = [
        api.call(
            "describe_pod_identity_association",
            clusterName=answer["clusterName"],
            associationId=arn.rpartition("/")[2],
        )["association"]
        for arn in answer.get("podIdentityAssociations") or []
    ]


SPECS = {
    "aws_eks_addon": Spec(
        "eks",
        "Addon",
        Op("create_addon"),
        id="{cluster_name}:{addon_name}",
        prepare=Prepare(("resolve_conflicts_on_create", "pod_identity_association"), _create),
        read=(Op("describe_addon", _ADDON, "addon"),),
        enrich=_describe_identities,
        update=(Step((*_UPDATED, "pod_identity_association", "resolve_conflicts_on_create"), _update),),
        delete=Op("delete_addon", _ADDON),
        names={
            "pod_identity_association": Via(read="podIdentityAssociations"),
            "resolve_conflicts_on_create": None,
            "resolve_conflicts_on_update": None,
        },
        provider_only=("resolve_conflicts_on_create", "resolve_conflicts_on_update", "preserve"),
        volatile=("modified_at",),
        tagging=tagging("{arn}"),
        support="patched",
    ),
}
