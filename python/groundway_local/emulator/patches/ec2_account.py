"""EC2: what an account may not share, and what instances get when nobody says; moto knows encryption only.

Kept on the backend of the region while it is set, and gone when it is AWS's default again.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response

UNBLOCKED = "unblocked"
METADATA = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "InstanceMetadataTags")
UNSET = ("no-preference", "-1")


def _settings(response: EC2Response) -> dict[str, Any]:
    settings: dict[str, Any] = vars(response.ec2_backend).setdefault("account_settings", {})
    return settings


def _set(response: EC2Response, name: str, value: str) -> None:
    settings = _settings(response)
    settings[name] = value
    if value == UNBLOCKED:
        del settings[name]


def enable_snapshot_block_public_access(self: EC2Response) -> ActionResult:
    _set(self, "snapshots", self._get_param("State"))
    return get_snapshot_block_public_access_state(self)


def disable_snapshot_block_public_access(self: EC2Response) -> ActionResult:
    _set(self, "snapshots", UNBLOCKED)
    return get_snapshot_block_public_access_state(self)


def get_snapshot_block_public_access_state(self: EC2Response) -> ActionResult:
    return ActionResult({"State": _settings(self).get("snapshots", UNBLOCKED)})


def enable_image_block_public_access(self: EC2Response) -> ActionResult:
    _set(self, "images", self._get_param("ImageBlockPublicAccessState"))
    return get_image_block_public_access_state(self)


def disable_image_block_public_access(self: EC2Response) -> ActionResult:
    _set(self, "images", UNBLOCKED)
    return get_image_block_public_access_state(self)


def get_image_block_public_access_state(self: EC2Response) -> ActionResult:
    return ActionResult({"ImageBlockPublicAccessState": _settings(self).get("images", UNBLOCKED)})


def modify_instance_metadata_defaults(self: EC2Response) -> ActionResult:
    settings = _settings(self)
    wanted = {**settings.pop("metadata", {}), **{m: self._get_param(m) for m in METADATA if self._get_param(m)}}
    if kept := {m: v for m, v in wanted.items() if str(v) not in UNSET}:
        settings["metadata"] = kept
    return ActionResult({"Return": True})


def get_instance_metadata_defaults(self: EC2Response) -> ActionResult:
    return ActionResult({"AccountLevel": {**_settings(self).get("metadata", {}), "ManagedBy": "account"}})


def apply() -> None:
    for operation in (
        enable_snapshot_block_public_access,
        disable_snapshot_block_public_access,
        get_snapshot_block_public_access_state,
        enable_image_block_public_access,
        disable_image_block_public_access,
        get_image_block_public_access_state,
        modify_instance_metadata_defaults,
        get_instance_metadata_defaults,
    ):
        setattr(EC2Response, operation.__name__, operation)
