"""Plans in the shape of `terraform show -json`: resources before and after, and what is unknown of them."""

import json
from pathlib import Path
from typing import Any

TAGS = {"aws": {"name": "aws", "expressions": {"default_tags": [{"tags": {"constant_value": {"environment": "dev"}}}]}}}


def change(
    address: str, before: Any = None, after: Any = None, unknown: Any = None, actions: list[str] | None = None
) -> dict[str, Any]:
    """`address` as Terraform's, such as `module.m.aws_eip.e["a"]`."""
    path, _, index = address.partition("[") if address.endswith("]") and "module" not in address else (address, "", "")
    module, _, resource = path.rpartition("aws_")
    if not index and "[" in resource:
        resource, _, index = resource.partition("[")
    kind, _, name = f"aws_{resource}".partition(".")
    happens = ["create"] if before is None else ["delete"] if after is None else ["update"]
    said = {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "change": {
            "actions": actions or happens,
            "before": before,
            "after": after,
            "after_unknown": unknown or {},
        },
    }
    if module:
        said["module_address"] = module.rstrip(".")
    if index:
        said["index"] = json.loads(index.rstrip("]"))
    return said


def configured(address: str, **expressions: Any) -> dict[str, Any]:
    kind, _, name = address.partition(".")
    return {"mode": "managed", "type": kind, "name": name, "expressions": expressions}


def write(file: Path, *changes: dict[str, Any], resources: Any = (), modules: Any = None, tags: Any = TAGS) -> Path:
    """A plan of the changes; `resources` and `modules` (name -> resources) are what the configuration says."""
    root = {
        "resources": list(resources),
        "module_calls": {name: {"module": {"resources": list(m)}} for name, m in (modules or {}).items()},
    }
    content = {"resource_changes": list(changes), "configuration": {"provider_config": tags, "root_module": root}}
    file.write_text(json.dumps(content))
    return file
