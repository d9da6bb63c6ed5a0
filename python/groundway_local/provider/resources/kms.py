"""Keys and their aliases."""

from __future__ import annotations

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step
from groundway_local.provider.tagging import by_arn
from groundway_local.provider.values import State

_KEY = {"KeyId": "{id}"}
_DAYS = 30  # AWS's own waiting period before a key is deleted


def _rotate(api: Api, _prior: State, planned: State) -> None:
    key = planned["id"]
    if not planned.get("enable_key_rotation"):
        api.call("disable_key_rotation", KeyId=key)
        return
    period = planned.get("rotation_period_in_days")
    api.call("enable_key_rotation", KeyId=key, **({"RotationPeriodInDays": period} if isinstance(period, int) else {}))


def _enable(api: Api, prior: State, planned: State) -> None:
    if prior or not planned.get("is_enabled"):
        api.call("enable_key" if planned.get("is_enabled") else "disable_key", KeyId=planned["id"])


def _schedule_deletion(api: Api, state: State) -> None:
    api.call(
        "schedule_key_deletion", KeyId=state["id"], PendingWindowInDays=state.get("deletion_window_in_days") or _DAYS
    )


SPECS = {
    "aws_kms_key": Spec(
        "kms",
        "Key",
        Op("create_key"),
        id="{KeyId}",
        read=(
            Op("describe_key", _KEY, "KeyMetadata.[@] | [?KeyState!='PendingDeletion'] | [0]"),
            Op("get_key_policy", {**_KEY, "PolicyName": "default"}),
            Op("get_key_rotation_status", _KEY),
        ),
        update=(
            Op("update_key_description", _KEY, attrs=("description",)),
            Op(
                "put_key_policy",
                {**_KEY, "PolicyName": "default"},
                attrs=("policy", "bypass_policy_lockout_safety_check"),
            ),
            Step(("enable_key_rotation", "rotation_period_in_days"), _rotate),
            Step(("is_enabled",), _enable),
        ),
        before_delete=_schedule_deletion,
        names={"enable_key_rotation": "KeyRotationEnabled", "is_enabled": "Enabled"},
        defaults={
            "enable_key_rotation": False,
            "is_enabled": True,
            "key_usage": "ENCRYPT_DECRYPT",
            "customer_master_key_spec": "SYMMETRIC_DEFAULT",
            "bypass_policy_lockout_safety_check": False,
        },
        provider_only=("deletion_window_in_days",),
        unread=("bypass_policy_lockout_safety_check",),
        volatile=("rotation_period_in_days",),
        checks={
            "deletion_window_in_days": "schedule_key_deletion.PendingWindowInDays",
            "rotation_period_in_days": "enable_key_rotation.RotationPeriodInDays",
        },
        tagging=by_arn("list_resource_tags", "KeyId", "Tags"),
    ),
    "aws_kms_alias": Spec(
        "kms",
        "Alias",
        Op("create_alias"),
        id="{name}",
        read=(
            Op("list_aliases", {}, "Aliases[?AliasName=='{name}'] | [0]"),
            Op("describe_key", {"KeyId": "{TargetKeyId}"}, "{TargetKeyArn: KeyMetadata.Arn}"),
        ),
        update=(Op("update_alias", {"AliasName": "{name}"}, attrs=("target_key_id",)),),
        delete=Op("delete_alias", {"AliasName": "{name}"}),
        volatile=("target_key_arn",),
        prefixed={"name": "name_prefix"},
    ),
}
