"""Every registered type through its whole life: one Terraform run a step for all types together, one test a type.

Selected with `-k`, only those types and what their examples need are in the runs.

apply -> empty plan -> update in place -> what must be replaced -> changed behind Terraform's back -> shown -> repaired
-> imported -> destroyed. A type is described by `examples/<type>.tf.json`: the resource `example` and what it needs;
references to the `example` of another type are that type's. `//` says what to change, and what that must lead to:

- `update`: attributes that change in place; `replace`: attributes whose change makes a new resource;
- `drift`: an API call behind Terraform's back and the attribute in which it shows (null: the resource is gone);
- `import_id`: template, when it is not the id; `import_ignores`: what no API reports.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from groundway_local.provider.names import fill
from groundway_local.provider.resources import registry

EXAMPLES = Path(__file__).parent / "examples"
TYPES = sorted(registry())
NEEDS = re.compile(r"(aws_\w+)\.\w+\b")
PREREQUISITE = re.compile(r"\{(aws_\w+\.\w+)\.(\w+)\}")
pytestmark = pytest.mark.slow


def load(type_name: str) -> dict[str, Any]:
    return json.loads((EXAMPLES / f"{type_name}.tf.json").read_text())


def needed(types: set[str]) -> list[str]:
    """These types and all that their examples need; without those that have no example."""
    found: set[str] = set()
    while types:
        found |= types
        texts = [json.dumps(load(t)) for t in types if (EXAMPLES / f"{t}.tf.json").exists()]
        types = {name for text in texts for name in NEEDS.findall(text) if name in TYPES} - found
    return sorted(t for t in found if (EXAMPLES / f"{t}.tf.json").exists())


def merged(types: list[str], overlay: str | None = None) -> dict[str, Any]:
    """The examples of these types in one configuration; with an overlay, what that key of each example changes."""
    resources: dict[str, Any] = {}
    for type_name in types:
        example = deepcopy(load(type_name))
        subject = example["resource"][type_name]["example"]
        for step in {"replace": ("update", "replace"), "update": ("update",)}.get(overlay or "", ()):
            subject |= example["//"].get(step, {})
        for name, named in example["resource"].items():
            resources.setdefault(name, {}).update(named)
    return {"resource": resources}


class Story:
    """What happened in each step."""

    def __init__(self, cloud: Any, directory: Path, types: list[str]) -> None:
        self.cloud, self.types = cloud, types
        self.terraform = cloud.terraform(directory / "life")
        provider = {"terraform": {"required_providers": {"aws": {"source": "groundway.local/dev/aws"}}}}
        tags = {"provider": {"aws": {"default_tags": {"tags": {"cost-center": "example"}}}}}
        self.terraform.write({**provider, **tags}, "provider")
        self.terraform.write(merged(types))
        self.created = self.terraform.apply()
        self.after_create = self._changes()
        self.terraform.write(merged(self.types, "update"))
        self.planned_update = self._changes()
        self.updated = self.terraform.apply("plan.bin")
        self.after_update = self._changes()
        self.terraform.write(merged(self.types, "replace"))
        self.planned_replace = self._changes("-refresh=false")
        self.terraform.write(merged(self.types, "update"))
        self.before = self.terraform.state()
        self.mutated = {t: self._mutate(t) for t in types}
        self.planned_repair = self._changes()
        self.repaired = self.terraform.apply("plan.bin")
        self.after_repair = self._changes()
        self.imported = self._import(directory / "import", {**provider, **tags})
        kept = (self.terraform.directory / "terraform.tfstate").read_text()
        self.destroyed = self.terraform.destroy()
        self.left = set(self.terraform.state())
        (self.terraform.directory / "terraform.tfstate").write_text(kept)
        self.after_destroy = self._changes()

    def _changes(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """Address to change; {"broken": text} when there is no plan."""
        try:
            plan = self.terraform.plan(*arguments)
        except AssertionError as error:
            return {"broken": {"text": str(error)}}
        return {c["address"]: c["change"] for c in plan.get("resource_changes", [])}

    def _mutate(self, type_name: str) -> str | None:
        """The call behind Terraform's back; the error, if it fails."""
        service, operation, arguments = load(type_name)["//"]["drift"]["call"]
        try:
            state = self.before[f"{type_name}.example"]
            text = PREREQUISITE.sub(lambda m: str(self.before[m[1]][m[2]]), json.dumps(arguments))
            getattr(self.cloud.client(service), operation)(**fill(json.loads(text), state))
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return None

    def _import(self, directory: Path, provider: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The plan of a second Terraform that imports everything."""
        terraform = self.cloud.terraform(directory)
        terraform.write(provider, "provider")
        terraform.write(merged(self.types, "update"))
        blocks = [{"to": a, "id": self._import_id(a, values)} for a, values in self.terraform.state().items()]
        terraform.write({"import": blocks}, "import")
        life, self.terraform = self.terraform, terraform
        try:
            return self._changes()
        finally:
            self.terraform = life

    def _import_id(self, address: str, values: dict[str, Any]) -> str:
        return str(fill(load(address.split(".")[0])["//"].get("import_id", "{id}"), values))


@pytest.fixture(scope="module")
def story(cloud: Any, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Story:
    items = [item for item in request.session.items if getattr(item, "originalname", "") == "test_conformance"]
    selected = {item.callspec.params["type_name"] for item in items if isinstance(item, pytest.Function)}
    return Story(cloud, tmp_path_factory.mktemp("conformance"), needed(selected))


def differing(change: dict[str, Any]) -> set[str]:
    """The attributes that a plan would change to something known."""
    before, after, unknown = (change.get(k) or {} for k in ("before", "after", "after_unknown"))
    return {k for k in {*before, *after} if not agree(before.get(k), after.get(k), unknown.get(k))}


def agree(before: Any, after: Any, unknown: Any) -> bool:
    """Whether two values are equal, apart from what is unknown yet."""
    if unknown is True or before == after:
        return True
    if isinstance(before, dict) and isinstance(after, dict):
        marks = unknown if isinstance(unknown, dict) else {}
        return all(agree(before.get(k), after.get(k), marks.get(k)) for k in {*before, *after})
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        marks = unknown if isinstance(unknown, list) and len(unknown) == len(after) else [None] * len(after)
        return all(map(agree, before, after, marks))
    return False


def told(ran: Any, address: str) -> str:
    return "\n".join(
        f"{d['summary']}: {d['detail']}"
        for d in [*ran.diagnostics(), *ran.diagnostics("warning")]
        if d.get("address") == address
    )


def actions(changes: dict[str, Any], address: str) -> list[str]:
    if "broken" in changes:  # whoever broke it fails, the others cannot tell
        text = changes["broken"]["text"]
        assert "aws_" in text, text
        assert address not in text, text
        pytest.skip("another type left this step without a plan")
    return changes[address]["actions"] if address in changes else ["absent"]


@pytest.mark.parametrize("type_name", TYPES)
def test_conformance(type_name: str, request: pytest.FixtureRequest) -> None:
    assert (EXAMPLES / f"{type_name}.tf.json").exists(), f"{type_name} needs an example in {EXAMPLES}"
    story: Story = request.getfixturevalue("story")
    address, about = f"{type_name}.example", load(type_name)["//"]

    assert told(story.created, address) == ""
    assert actions(story.after_create, address) == ["no-op"], f"not empty: {differing(story.after_create[address])}"

    if "update" in about:
        assert actions(story.planned_update, address) == ["update"]
        assert set(about["update"]) <= differing(story.planned_update[address]) | {"depends_on"}
        assert told(story.updated, address) == ""
    assert actions(story.after_update, address) == ["no-op"], f"not empty: {differing(story.after_update[address])}"

    if "replace" in about:
        assert sorted(actions(story.planned_replace, address)) == ["create", "delete"]

    assert story.mutated[type_name] is None
    attribute = about["drift"]["attribute"]
    if attribute is None:
        assert actions(story.planned_repair, address) == ["create"]
    else:
        assert actions(story.planned_repair, address) == ["update"]
        assert attribute in differing(story.planned_repair[address])
    assert told(story.repaired, address) == ""
    assert actions(story.after_repair, address) == ["no-op"], f"not empty: {differing(story.after_repair[address])}"

    assert actions(story.imported, address) != ["absent"]
    ignored = set(about.get("import_ignores", []))
    assert story.imported[address].get("importing"), "not imported"
    assert differing(story.imported[address]) <= ignored
    assert actions(story.imported, address) in (["no-op"], ["update"])

    assert told(story.destroyed, address) == ""
    assert address not in story.left
    assert actions(story.after_destroy, address) == ["create"], f"still there: {story.after_destroy[address]}"
