"""Instance profiles: how an EC2 instance gets its role."""

from __future__ import annotations

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step, Via
from groundway_local.provider.tagging import by_name
from groundway_local.provider.values import State

_PROFILE = {"InstanceProfileName": "{id}"}


def _set_role(api: Api, prior: State, planned: State) -> None:
    """A profile holds one role at most; another takes its place."""
    profile = planned["id"]
    if prior.get("role"):
        api.call("remove_role_from_instance_profile", InstanceProfileName=profile, RoleName=prior["role"])
    held = api.call("get_instance_profile", InstanceProfileName=profile)["InstanceProfile"]["Roles"]
    put_in_by_one_that_was_killed = any(role["RoleName"] == planned.get("role") for role in held)
    if planned.get("role") and not put_in_by_one_that_was_killed:
        api.call("add_role_to_instance_profile", InstanceProfileName=profile, RoleName=planned["role"])


def _empty(api: Api, state: State) -> None:
    if state.get("role"):
        api.call("remove_role_from_instance_profile", InstanceProfileName=state["id"], RoleName=state["role"])


SPECS = {
    "aws_iam_instance_profile": Spec(
        "iam",
        "InstanceProfile",
        Op("create_instance_profile"),
        id="{InstanceProfileName}",
        read=(Op("get_instance_profile", _PROFILE, "InstanceProfile"),),
        update=(Step(("role",), _set_role),),
        before_delete=_empty,
        delete=Op("delete_instance_profile", _PROFILE),
        names={"role": Via(read="Roles[0].RoleName"), "unique_id": "InstanceProfileId"},
        defaults={"path": "/"},
        prefixed={"name": "name_prefix"},
        tagging=by_name("instance_profile", "InstanceProfileName"),
    ),
}
