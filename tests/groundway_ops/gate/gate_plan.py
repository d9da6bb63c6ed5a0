"""The plan of a synthesized stack, in the shape of `terraform show -json`: everything is made, and all is known."""

import json
from pathlib import Path
from typing import Any


def plan(stack: Path, file: Path, **changed: dict[str, Any]) -> Path:
    """Write the plan of the stack in the folder `stack` into `file`; `changed` are other values, by type."""
    content = json.loads((stack / "cdk.tf.json").read_text())
    resources = [(t, n, values) for t, members in content["resource"].items() for n, values in members.items()]
    [provider] = content["provider"]["aws"]
    [tags] = provider["default_tags"]
    changes = [
        {
            "address": f"{kind}.{name}",
            "type": kind,
            "name": name,
            "mode": "managed",
            "change": {
                "actions": ["create"],
                "after": {k: v for k, v in values.items() if k not in ("//", "lifecycle")} | changed.get(kind, {}),
                "after_unknown": {},
            },
        }
        for kind, name, values in resources
    ]
    configuration = {
        "provider_config": {
            "aws": {
                "name": "aws",
                "expressions": {"default_tags": [{"tags": {"constant_value": tags["tags"]}}]},
            }
        },
        "root_module": {
            "resources": [
                {
                    "type": kind,
                    "name": name,
                    "expressions": {k: {"references": _references(v)} for k, v in values.items() if k != "//"},
                }
                for kind, name, values in resources
            ]
        },
    }
    file.write_text(json.dumps({"resource_changes": changes, "configuration": configuration}))
    return file


def _references(value: Any) -> list[str]:
    return [value[2:-1]] if isinstance(value, str) and value.startswith("${aws_") else []
