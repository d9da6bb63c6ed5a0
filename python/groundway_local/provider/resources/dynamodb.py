"""Tables."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Arguments, Op, Prepare, Spec, Step, Via
from groundway_local.provider.tagging import by_arn
from groundway_local.provider.values import State

_NAME = {"TableName": "{name}"}
_PAID_AHEAD = "PROVISIONED"


def _keys_and_capacity(_api: Api, planned: State, arguments: Arguments) -> None:
    keys = [(planned.get("hash_key"), "HASH"), (planned.get("range_key"), "RANGE")]
    arguments["KeySchema"] = [{"AttributeName": name, "KeyType": kind} for name, kind in keys if name]
    if planned.get("billing_mode") == _PAID_AHEAD:
        arguments["ProvisionedThroughput"] = _throughput(planned)
    if planned.get("stream_enabled"):
        arguments["StreamSpecification"] = _stream(planned)


def _throughput(planned: State) -> dict[str, int]:
    names = (("read_capacity", "ReadCapacityUnits"), ("write_capacity", "WriteCapacityUnits"))
    return {member: planned[name] if isinstance(planned.get(name), int) else 1 for name, member in names}


def _stream(planned: State) -> dict[str, Any]:
    if not planned.get("stream_enabled"):
        return {"StreamEnabled": False}
    return {"StreamEnabled": True, "StreamViewType": planned.get("stream_view_type") or "NEW_AND_OLD_IMAGES"}


def _set_stream(api: Api, prior: State, planned: State) -> None:
    if prior:
        api.call("update_table", TableName=planned["name"], StreamSpecification=_stream(planned))


def _set_capacity(api: Api, prior: State, planned: State) -> None:
    if not prior:
        return
    mode = planned.get("billing_mode") or _PAID_AHEAD
    more = {"ProvisionedThroughput": _throughput(planned)} if mode == _PAID_AHEAD else {}
    api.call("update_table", TableName=planned["name"], BillingMode=mode, **more)


def _first(blocks: list[State] | None) -> State:
    return blocks[0] if blocks else {}


def _set_recovery(api: Api, _prior: State, planned: State) -> None:
    block = _first(planned.get("point_in_time_recovery"))
    setting: dict[str, Any] = {"PointInTimeRecoveryEnabled": bool(block.get("enabled"))}
    if isinstance(days := block.get("recovery_period_in_days"), int):
        setting["RecoveryPeriodInDays"] = days
    api.call("update_continuous_backups", TableName=planned["name"], PointInTimeRecoverySpecification=setting)


def _set_expiry(api: Api, prior: State, planned: State) -> None:
    new, old = _first(planned.get("ttl")), _first(prior.get("ttl"))
    name = new.get("attribute_name") or old.get("attribute_name")
    if name and (new.get("enabled") or old.get("enabled")):
        setting = {"Enabled": bool(new.get("enabled")), "AttributeName": name}
        api.call("update_time_to_live", TableName=planned["name"], TimeToLiveSpecification=setting)


def _write_encryption(blocks: list[State]) -> State:
    block = blocks[0]
    key = {"kms_master_key_id": block["kms_key_arn"]} if block.get("kms_key_arn") else {}
    return {"enabled": bool(block["enabled"]), **({"sse_type": "KMS"} if block["enabled"] else {}), **key}


def _read_encryption(answer: dict[str, Any]) -> list[State]:
    found = answer.get("SSEDescription") or {}
    enabled = found.get("Status") in ("ENABLED", "UPDATING")
    return [{"enabled": True, "kms_key_arn": found.get("KMSMasterKeyArn")}] if enabled else []


def _read_recovery(answer: dict[str, Any]) -> list[State]:
    found = answer.get("Recovery") or {}
    enabled = found.get("PointInTimeRecoveryStatus") == "ENABLED"
    return [{"enabled": enabled, "recovery_period_in_days": found.get("RecoveryPeriodInDays")}]


def _read_expiry(answer: dict[str, Any]) -> list[State]:
    found = answer.get("Expiry") or {}
    enabled = found.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    return [{"enabled": enabled, "attribute_name": found.get("AttributeName") if enabled else None}]


def _key(kind: str) -> Via:
    return Via(read=f"KeySchema[?KeyType=='{kind}'].AttributeName | [0]")


SPECS = {
    "aws_dynamodb_table": Spec(
        "dynamodb",
        "Table",
        Op("create_table"),
        id="{TableName}",
        prepare=Prepare(
            ("hash_key", "range_key", "read_capacity", "write_capacity", "stream_enabled", "stream_view_type"),
            _keys_and_capacity,
        ),
        read=(
            Op("describe_table", {"TableName": "{id}"}, "Table"),
            Op(
                "describe_continuous_backups",
                {"TableName": "{id}"},
                "{Recovery: ContinuousBackupsDescription.PointInTimeRecoveryDescription}",
            ),
            Op("describe_time_to_live", {"TableName": "{id}"}, "{Expiry: TimeToLiveDescription}"),
        ),
        update=(
            Step(("billing_mode", "read_capacity", "write_capacity"), _set_capacity),
            Op(
                "update_table",
                _NAME,
                attrs=("deletion_protection_enabled", "table_class", "server_side_encryption"),
                each=True,
            ),
            Step(("stream_enabled", "stream_view_type"), _set_stream),
            Step(("point_in_time_recovery",), _set_recovery),
            Step(("ttl",), _set_expiry),
        ),
        delete=Op("delete_table", {"TableName": "{id}"}),
        names={
            "attribute": "AttributeDefinitions",
            "hash_key": _key("HASH"),
            "range_key": _key("RANGE"),
            "read_capacity": Via(read="ProvisionedThroughput.ReadCapacityUnits"),
            "write_capacity": Via(read="ProvisionedThroughput.WriteCapacityUnits"),
            "billing_mode": Via("BillingMode", read="BillingModeSummary.BillingMode"),
            "table_class": Via("TableClass", read="TableClassSummary.TableClass"),
            "stream_enabled": Via(read="StreamSpecification.StreamEnabled"),
            "stream_view_type": Via(read="StreamSpecification.StreamViewType"),
            "stream_arn": "LatestStreamArn",
            "stream_label": "LatestStreamLabel",
            "server_side_encryption": Via("SSESpecification", write=_write_encryption, read=_read_encryption),
            "point_in_time_recovery": Via(read=_read_recovery),
            "ttl": Via(read=_read_expiry),
            "global_secondary_index": None,
            "local_secondary_index": None,
            "replica": None,
        },
        defaults={
            "billing_mode": _PAID_AHEAD,
            "deletion_protection_enabled": False,
            "stream_enabled": False,
            "table_class": "STANDARD",
            "ttl.enabled": False,
        },
        filled=("warm_throughput", "point_in_time_recovery", "ttl", "on_demand_throughput"),
        volatile=("stream_arn", "stream_label"),
        tagging=by_arn("list_tags_of_resource", "ResourceArn", "Tags"),
        support="patched",
    ),
}
