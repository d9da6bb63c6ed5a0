"""Workgroups of queries."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.encode import Encoder
from groundway_local.provider.names import Names
from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step, Via
from groundway_local.provider.tagging import by_arn
from groundway_local.provider.values import State, without_unknown

_SETTINGS = ("configuration", "description", "state")
_RESULTS = ("ExpectedBucketOwner", "OutputLocation", "AclConfiguration", "EncryptionConfiguration")


def _change(api: Api, prior: State, planned: State) -> None:
    """Creation carries all but the state; a change says what is new and what is to go."""
    if not prior and planned.get("state") in (None, "ENABLED"):
        return
    arguments: dict[str, Any] = {"WorkGroup": planned["name"], "State": planned.get("state") or "ENABLED"}
    if prior:
        arguments["Description"] = planned.get("description") or ""
        arguments["ConfigurationUpdates"] = _updates(api, planned.get("configuration"))
    api.call("update_work_group", **arguments)


def _updates(api: Api, blocks: Any) -> dict[str, Any]:
    shape = api.session.models.shape("athena", "create_work_group").members["Configuration"]
    names = Names(SPECS["aws_athena_workgroup"]).inner("configuration")
    updates: dict[str, Any] = Encoder().value(without_unknown(blocks), shape, names, ()) if blocks else {}
    results = updates.pop("ResultConfiguration", {})
    gone = {f"Remove{member}": True for member in _RESULTS if member not in results}
    if "BytesScannedCutoffPerQuery" not in updates:
        updates["RemoveBytesScannedCutoffPerQuery"] = True
    return {**updates, "ResultConfigurationUpdates": {**results, **gone}}


def _chosen_engine(configuration: dict[str, Any]) -> dict[str, Any] | None:
    """The engine's version, unless Athena chooses it, as it does when nobody else did."""
    version: dict[str, Any] = configuration.get("EngineVersion") or {}
    return None if version.get("SelectedEngineVersion") in (None, "AUTO") else version


SPECS = {
    "aws_athena_workgroup": Spec(
        "athena",
        "WorkGroup",
        Op("create_work_group"),
        id="{name}",
        read=(Op("get_work_group", {"WorkGroup": "{id}"}, "WorkGroup"),),
        update=(Step(_SETTINGS, _change),),
        delete=Op("delete_work_group", {"WorkGroup": "{name}", "RecursiveDeleteOption": "{force_destroy}"}),
        names={
            "configuration.engine_version": Via("EngineVersion", read=_chosen_engine),
            "encryption_configuration.kms_key_arn": "KmsKey",
        },
        computed={"arn": "arn:aws:athena:{region}:{account}:workgroup/{name}"},
        defaults={
            "configuration.enforce_workgroup_configuration": True,
            "configuration.publish_cloudwatch_metrics_enabled": True,
            "configuration.requester_pays_enabled": False,
            "force_destroy": False,
            "state": "ENABLED",
        },
        provider_only=("force_destroy",),
        filled=("configuration",),
        replace=("name",),
        tagging=by_arn("list_tags_for_resource", "ResourceARN", "Tags"),
        support="patched",
    ),
}
