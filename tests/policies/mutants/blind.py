"""Mutants that would make the gate itself blind. It must refuse to judge, or say what it did not see."""

import json
from collections.abc import Callable
from pathlib import Path

Blinding = Callable[[Path, Path], None]  # the stacks' folder, the policies' folder
STACK = "dev-foundation/cdk.tf.json"
RULE = "terraform/buckets_keep_versions.rego"


def _malformed(stacks: Path, _: Path) -> None:
    file = stacks / STACK
    file.write_text(file.read_text()[:-100])


def _edited(edit: Callable[[dict], None]) -> Blinding:
    def blind(stacks: Path, _: Path) -> None:
        file = stacks / STACK
        content = json.loads(file.read_text())
        edit(content)
        file.write_text(json.dumps(content))

    return blind


def _rule(edit: Callable[[str], str]) -> Blinding:
    def blind(_: Path, policies: Path) -> None:
        file = policies / RULE
        file.write_text(edit(file.read_text()))

    return blind


def _replaced(file: str, old: str, new: str) -> Blinding:
    def blind(_: Path, policies: Path) -> None:
        text = (policies / file).read_text()
        assert old in text
        (policies / file).write_text(text.replace(old, new))

    return blind


def _without(file: str) -> Blinding:
    return lambda _, policies: (policies / file).unlink()


def _renamed_tags(content: dict) -> None:
    [provider] = content["provider"]["aws"]
    provider["default_tag"] = provider.pop("default_tags")


def _no_stack(stacks: Path, _: Path) -> None:
    for file in stacks.glob("*/cdk.tf.json"):
        file.unlink()


BLIND: dict[str, Blinding] = {
    "no stack at all": _no_stack,
    "malformed JSON": _malformed,
    "not a stack": _edited(lambda c: c.pop("resource")),
    "an empty stack": _edited(lambda c: c.update(resource={})),
    "resources that are no mapping": _edited(lambda c: c.update(resource=[c["resource"]])),
    "resources of a type that are a list": _edited(lambda c: c["resource"].update(aws_vpc=[{}])),
    "an unknown resource type": _edited(lambda c: c["resource"].update(aws_chime_voice_connector={"x": {}})),
    "a renamed tag block": _edited(_renamed_tags),
    "an environment that nobody allowed": _edited(
        lambda c: c["provider"]["aws"][0]["default_tags"][0]["tags"].update(environment="production")
    ),
    "a rule file deleted": _without(RULE),
    "a rule's examples deleted": _without(RULE.replace(".rego", "_test.rego")),
    "the view of the stacks deleted": _without("terraform/lib/terraform.rego"),
    "the list of rules deleted": _without("rules.yaml"),
    "the list of rules emptied": lambda _, policies: (policies / "rules.yaml").write_text("rules: {}\n"),
    "a rule struck off the list": _replaced("rules.yaml", "    - buckets_keep_versions\n", ""),
    "what is allowed deleted": _without("allowed.yaml"),
    "what is allowed emptied": lambda _, policies: (policies / "allowed.yaml").write_text("allowed: {}\n"),
    "a rule that does not parse": _rule(lambda text: text + "deny_x contains {\n"),
    "a rule that does not compile": _rule(lambda text: text + "\nx := nowhere(1)\n"),
    "a rule that errs": _rule(lambda text: text + '\ndeny_storage contains x if x := to_number("a")\n'),
    "a rule without METADATA": _rule(lambda text: text.replace("# METADATA", "#")),
    "a rule that says nothing of itself": _rule(lambda text: text.replace("#   mend:", "#   hint:")),
    "a finding under another name": _rule(lambda text: text.replace('"buckets_keep_versions"', '"other"')),
    "a view that sees less": _replaced(
        "terraform/lib/terraform.rego", "members in input.resource;", 'members in input.resource; type != "aws_vpc";'
    ),
}
