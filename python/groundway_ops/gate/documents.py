"""What the gate judges: the stacks that the app wrote, plans of them, and what they are expected to cost."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from groundway.errors import InvalidInput


@dataclass(frozen=True)
class Document:
    """One thing to judge. `content` is a `cdk.tf.json`, a plan or an estimate; `stack` is the stack's name.

    `paths` is address -> construct path, `sources` construct path -> file:line of the code that made it.
    """

    stack: str
    file: Path
    content: dict[str, Any] = field(repr=False)
    plan: bool = False
    paths: dict[str, str] = field(default_factory=dict, repr=False)
    sources: dict[str, str] = field(default_factory=dict, repr=False)
    estimate: bool = False

    @property
    def addresses(self) -> frozenset[str]:
        """Every resource that is there, counted without the rules' help. Those that a plan deletes are not."""
        if self.plan:
            return frozenset(
                c["address"]
                for c in self.content["resource_changes"]
                if c["mode"] == "managed" and c["change"]["after"] is not None
            )
        return frozenset(f"{t}.{name}" for t, members in self.content.get("resource", {}).items() for name in members)


def stacks(folder: Path, environments: tuple[str, ...] = ()) -> list[Document]:
    """The stacks in `folder`, which holds `*/cdk.tf.json`; those of some environments only, if any are named."""
    files = sorted(folder.glob("*/cdk.tf.json"))
    if not files:
        raise InvalidInput(f"{folder} holds no */cdk.tf.json: synthesize first, or name the folder with --stacks")
    found = [stack(file) for file in files]
    if not environments:
        return found
    if absent := sorted(set(environments) - {d.stack.partition("-")[0] for d in found}):
        raise InvalidInput(f"{folder} holds no stack of {', '.join(absent)}")
    return [d for d in found if d.stack.partition("-")[0] in environments]


def synthesized(outdir: Path) -> list[Document]:
    """The stacks that `outdir/manifest.json` names: what was just synthesized there, and so what would be deployed.

    Stacks of an earlier synth may stand beside them.
    """
    named = _json(outdir / "manifest.json").get("stacks")
    if not isinstance(named, dict) or not named:
        raise InvalidInput(f"{outdir / 'manifest.json'} names no stacks: there is nothing to judge")
    return [stack(outdir / "stacks" / name / "cdk.tf.json") for name in sorted(named)]


def stack(file: Path) -> Document:
    content = _json(file)
    resources = content.get("resource")
    if not isinstance(resources, dict) or not all(isinstance(members, dict) for members in resources.values()):
        raise InvalidInput(f"{file}: no resources, or not as {{type: {{name: arguments}}}}: a stack has some")
    sources = file.with_name("sources.json")
    return Document(
        stack=file.parent.name,
        file=file,
        content=content,
        paths={
            f"{t}.{name}": path
            for t, members in resources.items()
            for name, arguments in members.items()
            if (path := _path(arguments))
        },
        sources=_json(sources) if sources.exists() else {},
    )


def plan(file: Path, configurations: list[Document]) -> Document:
    """The plan that `terraform show -json` wrote, and the stack of `configurations` that it is of.

    A plan does not say its stack: it is the one, of the environment in its default tags, that has every resource which
    the plan makes or keeps.
    """
    document = read_plan(file)
    content = document.content
    wanted = {a.partition("[")[0] for a in document.addresses}
    environment = environment_of(content)
    owners = [c for c in configurations if wanted <= c.addresses and c.stack.startswith(f"{environment}-")]
    if not wanted or len(owners) != 1:
        raise InvalidInput(
            f"{file}: no single stack of {environment!r} has the resources that it plans, so what it does not know "
            "cannot be judged: synthesize what was planned, and name its folder with --stacks"
        )
    owner = owners[0]
    return Document(owner.stack, file, content, plan=True, paths=owner.paths, sources=owner.sources)


def read_plan(file: Path) -> Document:
    """The plan that `terraform show -json` wrote; of which stack is not said there."""
    content = _json(file)
    if not _is_plan(content):
        raise InvalidInput(f"{file} is no plan: write one with `terraform show -json PLAN > FILE`")
    return Document("", file, content, plan=True)


def _is_plan(content: dict[str, Any]) -> bool:
    changes = content.get("resource_changes")
    return (
        isinstance(content.get("configuration"), dict)
        and isinstance(changes, list)
        and all(isinstance(c, dict) and {"address", "mode", "type", "change"} <= c.keys() for c in changes)
        and all(isinstance(c["change"], dict) and "after" in c["change"] for c in changes)
    )


def environment_of(content: dict[str, Any]) -> str | None:
    """The environment in the default tags of a plan's AWS provider; None where they do not say it."""
    for provider in content["configuration"].get("provider_config", {}).values():
        for tags in provider.get("expressions", {}).get("default_tags", []):
            if name := tags.get("tags", {}).get("constant_value", {}).get("environment"):
                return str(name)
    return None


def _path(arguments: Any) -> str | None:
    for name in ("//", "metadata", "path"):
        arguments = arguments.get(name) if isinstance(arguments, dict) else None
    return str(arguments) if arguments else None


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as e:
        raise InvalidInput(f"{file} cannot be read: {e.strerror}") from None
    except ValueError as e:
        raise InvalidInput(f"{file} is no JSON: {e}") from None
    if not isinstance(content, dict):
        raise InvalidInput(f"{file} must be a JSON object")
    return content
