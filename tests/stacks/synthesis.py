"""Synthesize every environment for a cloud, and look into what was written."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundway.environment import load_all
from infra import sources
from infra.cdk import App
from stacks.app import add
from stacks.cloud import Cloud

CHECKOUT = Path(__file__).parents[2]
PARTS = ("foundation", "compute", "ml", "observability")


@dataclass(frozen=True)
class Resource:
    """One synthesized resource: `stack`, its Terraform type, its address in the stack, its arguments."""

    stack: str
    type: str
    name: str
    arguments: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.stack}: {self.arguments['//']['metadata']['path']}"


class Synthesized:
    """`stacks[name]` is the content of a stack's `cdk.tf.json`, `sources[name]` where its constructs were made."""

    def __init__(self, folder: Path) -> None:
        self.manifest = json.loads((folder / "manifest.json").read_text())
        self.stacks: dict[str, dict[str, Any]] = {
            f.parent.name: json.loads(f.read_text()) for f in sorted(folder.glob("stacks/*/cdk.tf.json"))
        }
        self.sources: dict[str, dict[str, str]] = {
            name: json.loads((folder / "stacks" / name / "sources.json").read_text()) for name in self.stacks
        }

    def resources(self, environment: str = "", type: str = "") -> list[Resource]:
        return [
            Resource(stack, kind, name, arguments)
            for stack, content in self.stacks.items()
            if stack.startswith(environment)
            for kind, members in content["resource"].items()
            if kind == type or not type
            for name, arguments in members.items()
        ]


def synthesize(folder: Path, cloud: Cloud) -> Synthesized:
    app = App(outdir=str(folder))
    for environment in load_all(CHECKOUT).values():
        add(app, environment, cloud)
    app.synth()
    sources.write(app)
    return Synthesized(folder)
