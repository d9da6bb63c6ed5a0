"""What the stacks of an environment make: every resource, the construct that made it, and what it refers to."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundway import environment
from infra.cdk import App
from stacks.app import add
from stacks.cloud import Cloud

ADDRESS = re.compile(r"(?:data\.)?[a-z][a-z0-9]*_\w+\.[\w-]+")
STATE = "terraform_remote_state"
REMOTE = re.compile(rf"data\.{STATE}\.cross-stack-reference-input-([\w-]+)\.outputs\.([\w-]+)")


@dataclass(frozen=True)
class Made:
    """A construct of ours: `path` from the app, such as `prod-foundation/network`; class and module that made it."""

    path: str
    name: str
    module: str

    @property
    def stack(self) -> str:
        """The stack's name without the environment's."""
        return self.path.partition("/")[0].partition("-")[2]

    @property
    def within(self) -> str:
        """The path inside the stack."""
        return self.path.partition("/")[2]


@dataclass(frozen=True)
class Resource:
    """A resource or data source: its stack and address (`aws_vpc.x`), its path, and what it refers to, as (stack,
    address)."""

    stack: str
    address: str
    path: str
    uses: frozenset[tuple[str, str]]

    @property
    def type(self) -> str:
        return self.address.rpartition(".")[0]


@dataclass(frozen=True)
class Synthesized:
    stacks: tuple[Made, ...]
    constructs: tuple[Made, ...]
    resources: tuple[Resource, ...]


def synthesize(name: str, root: Path, out: Path) -> Synthesized:
    """Synthesize the environment `name` of the checkout at `root` into the directory `out`, and look at it."""
    app = App(outdir=str(out))
    add(app, environment.load(name, root), Cloud.LOCAL)
    ours = [Made(c.node.path, type(c).__name__, type(c).__module__) for c in app.node.find_all()]
    app.synth()
    return Synthesized(
        tuple(m for m in ours if m.module.startswith("stacks.")),
        tuple(sorted((m for m in ours if m.module.startswith("infra.")), key=lambda m: m.path)),
        tuple(sorted(_resources(out), key=lambda r: (r.stack, r.address))),
    )


def _resources(out: Path) -> Iterator[Resource]:
    stacks = {f.parent.name: json.loads(f.read_text()) for f in sorted(out.glob("stacks/*/cdk.tf.json"))}
    for stack, content in stacks.items():
        for address, arguments in _members(content):
            path = arguments["//"]["metadata"]["path"]
            uses = frozenset(_uses(stack, {k: v for k, v in arguments.items() if k != "//"}, stacks))
            yield Resource(stack, address, path, uses - {(stack, address)})


def _members(content: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for section, prefix in (("resource", ""), ("data", "data.")):
        for kind, members in content.get(section, {}).items():
            if kind != STATE:
                yield from ((f"{prefix}{kind}.{name}", arguments) for name, arguments in members.items())


def _uses(stack: str, value: Any, stacks: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """What the references in `value` lead to: in this stack, or through an output of another."""
    text = json.dumps(value)
    for other, output in REMOTE.findall(text):
        yield from _uses(other, stacks[other]["output"][output]["value"], stacks)
    for address in ADDRESS.findall(text):
        if _has(stacks[stack], address):
            yield stack, address


def _has(content: dict[str, Any], address: str) -> bool:
    *data, kind, name = address.split(".")
    if kind == STATE:
        return False  # followed to what it stands for
    return name in content.get("data" if data else "resource", {}).get(kind, {})
