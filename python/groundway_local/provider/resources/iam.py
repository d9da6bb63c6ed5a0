"""Identities: policies, roles, and what ties them together."""

from __future__ import annotations

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step, Via
from groundway_local.provider.tagging import by_name
from groundway_local.provider.values import State

KEPT_VERSIONS = 5  # AWS keeps no more of a policy


def _new_policy_version(api: Api, prior: State, planned: State) -> None:
    if not prior:
        return
    versions = api.call("list_policy_versions", PolicyArn=planned["id"])["Versions"]
    spare = sorted((v for v in versions if not v["IsDefaultVersion"]), key=lambda v: v["CreateDate"])
    if len(versions) >= KEPT_VERSIONS:
        api.call("delete_policy_version", PolicyArn=planned["id"], VersionId=spare[0]["VersionId"])
    api.call("create_policy_version", PolicyArn=planned["id"], PolicyDocument=planned["policy"], SetAsDefault=True)


def _delete_policy_versions(api: Api, state: State) -> None:
    for version in api.call("list_policy_versions", PolicyArn=state["id"])["Versions"]:
        if not version["IsDefaultVersion"]:
            api.call("delete_policy_version", PolicyArn=state["id"], VersionId=version["VersionId"])


def _set_boundary(api: Api, prior: State, planned: State) -> None:
    boundary = planned.get("permissions_boundary")
    if not prior:
        return
    if boundary:
        api.call("put_role_permissions_boundary", RoleName=planned["name"], PermissionsBoundary=boundary)
    else:
        api.call("delete_role_permissions_boundary", RoleName=planned["name"])


def _detach_policies(api: Api, state: State) -> None:
    if state.get("force_detach_policies"):
        for policy in api.call("list_attached_role_policies", RoleName=state["name"])["AttachedPolicies"]:
            api.call("detach_role_policy", RoleName=state["name"], PolicyArn=policy["PolicyArn"])
        for name in api.call("list_role_policies", RoleName=state["name"])["PolicyNames"]:
            api.call("delete_role_policy", RoleName=state["name"], PolicyName=name)


_ATTACHMENT = {"RoleName": "{role}", "PolicyArn": "{policy_arn}"}
_ROLE_POLICY = {"RoleName": "{role}", "PolicyName": "{name}"}

SPECS = {
    "aws_iam_policy": Spec(
        "iam",
        "Policy",
        Op("create_policy"),
        id="{Arn}",
        read=(
            Op("get_policy", {"PolicyArn": "{id}"}, "Policy"),
            Op(
                "get_policy_version",
                {"PolicyArn": "{id}", "VersionId": "{DefaultVersionId}"},
                "{PolicyDocument: PolicyVersion.Document}",
            ),
        ),
        update=(Step(("policy",), _new_policy_version),),
        before_delete=_delete_policy_versions,
        delete=Op("delete_policy", {"PolicyArn": "{id}"}),
        names={"policy": "PolicyDocument"},
        defaults={"path": "/"},
        volatile=("attachment_count",),
        prefixed={"name": "name_prefix"},
        tagging=by_name("policy", "PolicyArn"),
    ),
    "aws_iam_role": Spec(
        "iam",
        "Role",
        Op("create_role"),
        id="{RoleName}",
        read=(Op("get_role", {"RoleName": "{id}"}, "Role"),),
        update=(
            Op("update_assume_role_policy", {"RoleName": "{id}"}, attrs=("assume_role_policy",)),
            Op("update_role", {"RoleName": "{id}"}, attrs=("description", "max_session_duration")),
            Step(("permissions_boundary",), _set_boundary),
        ),
        before_delete=_detach_policies,
        delete=Op("delete_role", {"RoleName": "{id}"}),
        names={
            "assume_role_policy": ("AssumeRolePolicyDocument", "PolicyDocument"),
            "permissions_boundary": Via("PermissionsBoundary", read="PermissionsBoundary.PermissionsBoundaryArn"),
            "unique_id": "RoleId",
            "inline_policy": None,
            "managed_policy_arns": None,
        },
        defaults={"path": "/", "max_session_duration": 3600, "force_detach_policies": False},
        provider_only=("force_detach_policies",),
        prefixed={"name": "name_prefix"},
        tagging=by_name("role", "RoleName"),
    ),
    "aws_iam_role_policy": Spec(
        "iam",
        "Policy",
        Op("put_role_policy"),
        id="{role}:{name}",
        read=(Op("get_role_policy", _ROLE_POLICY),),
        update=(Op("put_role_policy", {}, attrs=("role", "name", "policy"), whole=True),),
        delete=Op("delete_role_policy", _ROLE_POLICY),
        names={"role": "RoleName", "policy": "PolicyDocument"},
        replace=("role", "name"),
        prefixed={"name": "name_prefix"},
    ),
    "aws_iam_role_policy_attachment": Spec(
        "iam",
        "",
        Op("attach_role_policy"),
        id="{role}-{policy_arn}",
        import_id="{role}/{policy_arn}",
        read=(
            Op(
                "list_attached_role_policies",
                {"RoleName": "{role}"},
                "AttachedPolicies[?PolicyArn=='{policy_arn}'] | [0]",
            ),
        ),
        delete=Op("detach_role_policy", _ATTACHMENT),
        names={"role": Via("RoleName", read="RoleName")},
        unread=("role",),
    ),
}
