"""What an environment holds, as its Terraform states tell: real names and tags."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from groundway_ops import deployment

NAMED = {"aws_s3_bucket": "id"}  # types that a bill calls by another attribute than the ARN


@dataclass(frozen=True)
class Deployed:
    """One resource. `attributes`: as the provider keeps them."""

    stack: str
    type: str
    address: str
    attributes: Mapping[str, Any] = field(repr=False)

    @property
    def resource(self) -> str:
        """As a bill calls it: mostly the ARN, else the id."""
        name = NAMED.get(self.type, "arn")
        return str(self.attributes.get(name) or self.attributes.get("id"))

    @property
    def tags(self) -> dict[str, str]:
        """Without `Name` and the like, which are no cost allocation tags."""
        found = self.attributes.get("tags_all") or {}
        return {key: value for key, value in found.items() if key != "Name" and not key.startswith("aws:")}


Place = tuple[str, str]  # stack, address


def deployed(environment: str, root: Path) -> dict[Place, Deployed]:
    """The resources in the states of `environment`, by stack and address. Its account must be entered."""
    found = {}
    for stack, state in deployment.states(environment, root).items():
        for resource in state["resources"]:
            if resource["mode"] == "managed" and resource["instances"]:
                address = f"{resource['type']}.{resource['name']}"
                attributes = resource["instances"][0]["attributes"]
                found[stack, address] = Deployed(stack, resource["type"], address, attributes)
    return found


def started_by(group: Deployed, all_: Mapping[Place, Deployed], kind: str) -> dict[str, str]:
    """The tags that the launch template of a node group gives to the `instance` or `volume` that it starts."""
    id = group.attributes["launch_template"][0]["id"]
    template = next(d for d in all_.values() if d.type == "aws_launch_template" and d.attributes["id"] == id)
    specifications = template.attributes["tag_specifications"]
    tags: Mapping[str, str] = next((s["tags"] for s in specifications if s["resource_type"] == kind), {})
    return {key: value for key, value in tags.items() if key != "Name"}
