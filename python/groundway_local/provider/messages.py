"""Terraform's plugin protocol, version 6: its messages, made from a table of the fields that are used here."""

from __future__ import annotations

import json
from typing import Any

import msgpack

from groundway_local.provider.problem import Path
from groundway_local.provider.values import UNKNOWN, Block

# message: field=number:type; * marks a repeated field, % a map from string.
TABLE = """
DynamicValue: msgpack=1:bytes json=2:bytes
Step: attribute_name=1:string element_key_string=2:string element_key_int=3:int64
AttributePath: steps=1:*Step
Diagnostic: severity=1:int32 summary=2:string detail=3:string attribute=4:AttributePath
RawState: json=1:bytes
Attribute: name=1:string type=2:bytes description=3:string required=4:bool optional=5:bool computed=6:bool \
sensitive=7:bool
NestedBlock: type_name=1:string block=2:Block nesting=3:int32 min_items=4:int64 max_items=5:int64
Block: version=1:int64 attributes=2:*Attribute block_types=3:*NestedBlock
Schema: version=1:int64 block=2:Block
Empty:
GetProviderSchema: provider=1:Schema resource_schemas=2:%Schema data_source_schemas=3:%Schema diagnostics=4:*Diagnostic
ValidateProviderConfigRequest: config=1:DynamicValue
ValidateProviderConfig: diagnostics=2:*Diagnostic
ValidateResourceConfigRequest: type_name=1:string config=2:DynamicValue
ValidateResourceConfig: diagnostics=1:*Diagnostic
ValidateDataResourceConfigRequest: type_name=1:string config=2:DynamicValue
ValidateDataResourceConfig: diagnostics=1:*Diagnostic
UpgradeResourceStateRequest: type_name=1:string version=2:int64 raw_state=3:RawState
UpgradeResourceState: upgraded_state=1:DynamicValue diagnostics=2:*Diagnostic
ConfigureProviderRequest: terraform_version=1:string config=2:DynamicValue
ConfigureProvider: diagnostics=1:*Diagnostic
ReadResourceRequest: type_name=1:string current_state=2:DynamicValue private=3:bytes
ReadResource: new_state=1:DynamicValue diagnostics=2:*Diagnostic private=3:bytes
PlanResourceChangeRequest: type_name=1:string prior_state=2:DynamicValue proposed_new_state=3:DynamicValue \
config=4:DynamicValue prior_private=5:bytes
PlanResourceChange: planned_state=1:DynamicValue requires_replace=2:*AttributePath planned_private=3:bytes \
diagnostics=4:*Diagnostic legacy_type_system=5:bool
ApplyResourceChangeRequest: type_name=1:string prior_state=2:DynamicValue planned_state=3:DynamicValue \
config=4:DynamicValue planned_private=5:bytes
ApplyResourceChange: new_state=1:DynamicValue private=2:bytes diagnostics=3:*Diagnostic legacy_type_system=4:bool
ImportResourceStateRequest: type_name=1:string id=2:string
ImportedResource: type_name=1:string state=2:DynamicValue private=3:bytes
ImportResourceState: imported_resources=1:*ImportedResource diagnostics=2:*Diagnostic
ReadDataSourceRequest: type_name=1:string config=2:DynamicValue
ReadDataSource: state=1:DynamicValue diagnostics=2:*Diagnostic
StopProvider: error=1:string
"""
SCALARS = {"int64": 3, "int32": 5, "bool": 8, "string": 9, "bytes": 12}
MESSAGE, REPEATED, SINGULAR = 11, 3, 1
NESTING = {"single": 1, "list": 2, "set": 3, "map": 4}
ERROR, WARNING = 1, 2


def _classes() -> dict[str, Any]:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="tfplugin6.proto", package="tfplugin6", syntax="proto3")
    for line in TABLE.strip().split("\n"):
        name, fields = line.split(":", 1)
        message = file.message_type.add(name=name)
        for entry in fields.split():
            field, rest = entry.split("=")
            number, kind = rest.split(":")
            _add_field(message, field, int(number), kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        m.name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"tfplugin6.{m.name}"))
        for m in file.message_type
    }


def _add_field(message: Any, name: str, number: int, kind: str) -> None:
    target = kind.lstrip("*%")
    field = message.field.add(name=name, number=number, label=REPEATED if kind[0] in "*%" else SINGULAR)
    if target in SCALARS:
        field.type = SCALARS[target]
        return
    field.type, field.type_name = MESSAGE, f".tfplugin6.{target}"
    if kind[0] == "%":
        entry = message.nested_type.add(name=name.title().replace("_", "") + "Entry")
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, label=SINGULAR, type=SCALARS["string"])
        entry.field.add(name="value", number=2, label=SINGULAR, type=MESSAGE, type_name=field.type_name)
        field.type_name = f".tfplugin6.{message.name}.{entry.name}"


M = _classes()


def decode(dynamic: Any) -> Any:
    """A DynamicValue as a Python value. Plain and refined unknowns (msgpack extensions 0 and 12) become UNKNOWN."""
    if not dynamic.msgpack:
        return json.loads(dynamic.json) if dynamic.json else None
    return msgpack.unpackb(dynamic.msgpack, ext_hook=lambda _code, _data: UNKNOWN, strict_map_key=False)


def encode(value: Any) -> Any:
    """A Python value as a DynamicValue."""
    return M["DynamicValue"](msgpack=msgpack.packb(value, default=_extension))


def _extension(value: Any) -> msgpack.ExtType:
    if value is not UNKNOWN:
        raise TypeError(f"{type(value).__name__} is no Terraform value")
    return msgpack.ExtType(0, b"\0")


def path(steps: Path) -> Any:
    """An AttributePath."""
    step = M["Step"]
    return M["AttributePath"](
        steps=[step(element_key_int=s) if isinstance(s, int) else step(attribute_name=s) for s in steps]
    )


def diagnostic(severity: int, summary: str, detail: str = "", steps: Path = ()) -> Any:
    """A Diagnostic; with steps, Terraform shows the attribute in the source."""
    return M["Diagnostic"](severity=severity, summary=summary, detail=detail, attribute=path(steps) if steps else None)


def schema(block: Block) -> Any:
    """The Schema message of a block in the shape of `terraform providers schema -json`."""
    return M["Schema"](version=0, block=_block(block))


def _block(block: Block) -> Any:
    flags = ("required", "optional", "computed", "sensitive")
    return M["Block"](
        attributes=[
            M["Attribute"](
                name=name,
                type=json.dumps(a["type"], separators=(",", ":")).encode(),
                **{f: True for f in flags if a.get(f)},
            )
            for name, a in sorted(block["attributes"].items())
        ],
        block_types=[
            M["NestedBlock"](
                type_name=name,
                block=_block(n["block"]),
                nesting=NESTING[n["nesting_mode"]],
                min_items=n.get("min_items", 0),
                max_items=n.get("max_items", 0),
            )
            for name, n in sorted(block.get("block_types", {}).items())
        ],
    )
