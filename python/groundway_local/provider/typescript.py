"""Terraform schemas out of the provider bindings.

Every compiled `lib/<resource>/index.js` of the prebuilt AWS bindings carries its TypeScript in an inline source map.
There each attribute has a comment `// name - computed: c, optional: o, required: r`, each nested class tells list
from set, and each configuration interface marks what is a block. Lost are minimums and maximums other than "one",
sensitivity, and what was never in a schema: defaults and which attributes force a new resource.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from groundway_local.provider.values import Block

ATTRIBUTE = re.compile(r"^  // (\w+) - computed: (\w+), optional: (\w+), required: (\w+)\n((?:  .*\n){1,3})", re.M)
CLASS = re.compile(r"^export class (\w+) extends cdktn?f?\.(\w+) \{\n(.*?)^\}", re.M | re.S)
INTERFACE = re.compile(r"^export interface (\w+)[^{]*\{\n(.*?)^\}", re.M | re.S)
HCL_ENTRY = re.compile(
    r'^\s+(\w+): \{\s+value: [^\n]*\n\s+isBlock: (\w+),\s+type: "(\w+)",\s+storageClassType: "(\w+)"', re.M
)
HCL_FUNCTION = re.compile(r"^export function (\w+)ToHclTerraform\(.*?^\}", re.M | re.S)
NESTED = re.compile(r'new (?!cdkt)(\w+?)(OutputReference|List|Map)\(this, "(\w+)"(?:, (true|false))?\)')
SOURCE_MAP = re.compile(r"sourceMappingURL=data:application/json;base64,([A-Za-z0-9+/=]+)")
TYPE_NAME = re.compile(r'tfResourceType = "(\w+)"')
VERSION = re.compile(r"providerVersion: '([\d.]+)'")
PRIMITIVES = {"String": "string", "Number": "number", "Boolean": "bool"}
ROOTS = ("TerraformResource", "TerraformDataSource", "TerraformProvider")
GETTER_REACH = 600  # characters from an attribute's comment within which its getter stands

Hcl = tuple[str, str, str]  # isBlock, type, storageClassType


def source(compiled: str) -> str | None:
    """The TypeScript that a compiled module carries."""
    found = SOURCE_MAP.search(compiled)
    return str(json.loads(base64.b64decode(found[1]))["sourcesContent"][0]) if found else None


def provider_version(compiled: str) -> str | None:
    """The AWS provider version a module was generated from."""
    found = VERSION.search(compiled)
    return found[1] if found else None


def schema(typescript: str) -> tuple[str, Block]:
    """Type name and block of a resource, a data source, or the provider (named `aws`)."""
    unit = _Unit(typescript)
    main = next(name for name, (base, _) in unit.classes.items() if base in ROOTS)
    found = TYPE_NAME.search(typescript)
    return found[1] if found else "aws", unit.block(main, f"{main}Config")


class _Unit:
    """One TypeScript module, taken apart."""

    def __init__(self, text: str) -> None:
        self.classes = {name: (base, body) for name, base, body in CLASS.findall(text)}
        self.interfaces = dict(INTERFACE.findall(text))
        self.hcl = {m[1].lower(): _hcl(m[0]) for m in HCL_FUNCTION.finditer(text)}

    def block(self, name: str, interface: str) -> Block:
        _, body = self.classes[name]
        hcl = _hcl(body) or self.hcl.get(interface.lower(), {})
        out: Block = {"attributes": {}, "block_types": {}}
        for attribute, computed, optional, required, text in ATTRIBUTE.findall(body):
            flags = {"computed": computed, "optional": optional, "required": required}
            set_flags = {flag: True for flag, value in flags.items() if value == "true"}
            if nested := NESTED.search(text):
                self._nested(out, attribute, nested, hcl.get(attribute), set_flags, interface)
            else:
                self._plain(out, attribute, body, hcl.get(attribute), set_flags)
        return out

    def _nested(
        self, out: Block, name: str, found: re.Match[str], hcl: Hcl | None, flags: dict[str, bool], interface: str
    ) -> None:
        class_name, kind, _, in_set = found.groups()
        inner = self.block(f"{class_name}OutputReference", class_name)
        mode = "map" if kind == "Map" else hcl[1] if hcl else "set" if in_set == "true" else "list"
        mode = "single" if mode == "struct" else mode
        if not re.search(rf"\* {name} block$", self.interfaces.get(interface, ""), re.M):
            form: Any = ["object", {k: v["type"] for k, v in inner["attributes"].items()}]
            out["attributes"][name] = {"type": form if mode == "single" else [mode, form], **flags}
            return
        block: Block = {"nesting_mode": mode, "block": inner}
        if mode in ("list", "set"):
            if kind == "OutputReference":
                block["max_items"] = 1
            if flags.get("required"):
                block["min_items"] = 1
        out["block_types"][name] = block

    def _plain(self, out: Block, name: str, body: str, hcl: Hcl | None, flags: dict[str, bool]) -> None:
        if hcl and hcl[0] == "true":  # the provider's own blocks have an interface but no class
            entries = self.hcl[hcl[2].removesuffix("List").lower()]
            inner = {a: {"type": _hcl_type(h), "optional": True} for a, h in entries.items()}
            out["block_types"][name] = {"nesting_mode": hcl[1], "block": {"attributes": inner}}
            return
        start = body.index(f"// {name} - computed")
        getter = body[start : start + GETTER_REACH].split("\n  }")[0]
        out["attributes"][name] = {"type": _getter_type(getter) or _hcl_type(hcl) or "dynamic", **flags}


def _hcl(text: str) -> dict[str, Hcl]:
    return {name: (is_block, kind, storage) for name, is_block, kind, storage in HCL_ENTRY.findall(text)}


def _hcl_type(hcl: Hcl | None) -> Any:
    """The type in a synthesizeHclAttributes entry such as `("false", "set", "stringList")`."""
    if hcl is None:
        return None
    inner: Any = next((v for k, v in PRIMITIVES.items() if hcl[2].lower().startswith(k.lower())), None)
    if hcl[2].endswith("MapMap"):
        inner = ["map", inner]
    return inner if hcl[1] == "simple" or inner is None else [hcl[1], inner]


def _getter_type(text: str) -> Any:
    if found := re.search(r"new cdktn?f?\.(String|Number|Boolean)Map\(", text):
        return ["map", PRIMITIVES[found[1]]]
    if found := re.search(r"get(String|Number|Boolean)MapAttribute\(", text):
        return ["map", PRIMITIVES[found[1]]]
    if found := re.search(r"get(String|Number|Boolean)Attribute\(", text):
        return PRIMITIVES[found[1]]
    if found := re.search(r"get(Number)?ListAttribute\(", text):
        return ["set" if "Fn.tolist" in text else "list", "number" if found[1] else "string"]
    return None
