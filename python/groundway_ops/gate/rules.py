"""The rules of `policies/terraform`, and what their METADATA say of them."""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from groundway.errors import InvalidInput

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where libyaml is
Severity = Literal["critical", "high", "medium", "low"]
Text = Annotated[str, Field(min_length=1)]
VERDICTS = re.compile(r"^(?:deny|violation|warn)\w*", re.M)  # what conftest takes for rules
METADATA = re.compile(r"^# METADATA\n((?:#.*\n)+)deny_\w+ contains ", re.M)
WHOLE = ("stack", "plan", "estimate")  # what a rule may judge besides resource types


class Rule(BaseModel):
    """One rule: `deny_<area>` in the file `<id>.rego`, with its examples beside it in `<id>_test.rego`.

    `types` are the resource types that it judges, `stack` for a stack as a whole, `plan` for what a plan does,
    `estimate` for what an environment costs, or `*` for every resource. `breaks` are ways to break a sound stack
    which the rule must notice; tests make mutants of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: Text
    why: Text
    severity: Severity
    controls: Annotated[tuple[Text, ...], Field(min_length=1)]
    mend: Text
    types: Annotated[tuple[Text, ...], Field(min_length=1)]
    breaks: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Bundle:
    """All that decides a verdict. `modules` and `examples` are file name -> Rego; `data` is policies/allowed.yaml.

    `areas` say which rules there are, by what they are about; `unjudged` which resource types need none, and why.
    """

    root: Path
    modules: dict[str, str] = field(repr=False)
    examples: dict[str, str] = field(repr=False)
    data: dict[str, Any] = field(repr=False)
    areas: dict[str, tuple[str, ...]]
    unjudged: dict[str, str]
    rules: dict[str, Rule] = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything that decides, examples aside: `sha256:<hex>`."""
        total = hashlib.sha256()
        for name in (*sorted(f"terraform/{m}" for m in self.modules), "allowed.yaml", "rules.yaml", "exceptions.yaml"):
            file = self.root / name
            content = file.read_bytes() if file.exists() else b""
            total.update(f"{name}\0{len(content)}\0".encode() + content)
        return f"sha256:{total.hexdigest()}"

    @cached_property
    def judged_types(self) -> frozenset[str]:
        """Resource types that at least one rule names."""
        return frozenset(t for rule in self.rules.values() for t in rule.types) - {*WHOLE, "*"}


def load(root: Path) -> Bundle:
    """The policies of the folder `root`. Raises `InvalidInput` for whatever is missing, surplus or malformed."""
    folder = root / "terraform"
    files = {f.relative_to(folder).as_posix(): f.read_text(encoding="utf-8") for f in sorted(folder.rglob("*.rego"))}
    examples = {n: text for n, text in files.items() if n.endswith("_test.rego") or n == "lib/example.rego"}
    modules = {n: text for n, text in files.items() if n not in examples}
    index = _yaml(root / "rules.yaml")
    areas = {str(area): tuple(ids) for area, ids in (index.get("rules") or {}).items()}
    _complete(root, areas, modules, examples)
    bundle = Bundle(
        root=root,
        modules=modules,
        examples=examples,
        data=_yaml(root / "allowed.yaml"),
        areas=areas,
        unjudged=dict(index.get("unjudged") or {}),
        rules={i: _rule(folder / f"{i}.rego", modules[f"{i}.rego"], a) for a, ids in areas.items() for i in ids},
    )
    if both := sorted(bundle.judged_types & bundle.unjudged.keys()):
        raise InvalidInput(
            f"{root / 'rules.yaml'}: {', '.join(both)} under `unjudged`, yet a rule names it: take it out"
        )
    return bundle


def _complete(root: Path, areas: dict[str, tuple[str, ...]], modules: dict[str, str], examples: dict[str, str]) -> None:
    listed = [i for ids in areas.values() for i in ids]
    written = {n.removesuffix(".rego") for n in modules if "/" not in n}
    if not listed:
        raise InvalidInput(f"{root / 'rules.yaml'} lists no rules: there is nothing to judge by")
    if twice := sorted({i for i in listed if listed.count(i) > 1}):
        raise InvalidInput(f"{root / 'rules.yaml'} lists {', '.join(twice)} twice: keep one")
    if gone := sorted(set(listed) - written):
        raise InvalidInput(f"{root / 'rules.yaml'} lists {', '.join(gone)}, but policies/terraform has no such file")
    if extra := sorted(written - set(listed)):
        raise InvalidInput(f"{root / 'rules.yaml'} does not list {', '.join(extra)}: add each under its area")
    if untested := sorted(i for i in listed if f"{i}_test.rego" not in examples):
        raise InvalidInput(f"{', '.join(untested)} have no examples: write policies/terraform/<rule>_test.rego")


def _rule(file: Path, text: str, area: str) -> Rule:
    found = METADATA.findall(text)
    if len(found) != 1:
        raise InvalidInput(f"{file}: one `# METADATA` block right above the first `deny_{area} contains` is wanted")
    if set(VERDICTS.findall(text)) != {f"deny_{area}"} or f'"{file.stem}"' not in text:
        raise InvalidInput(f"{file}: its rule must be deny_{area}, as its area, and its findings carry {file.stem!r}")
    try:
        said = yaml.load("".join(line[2:] + "\n" for line in found[0].splitlines()), Loader=Loader)  # noqa: S506
        return Rule(id=file.stem, title=said["title"], why=said["description"], **said["custom"])
    except yaml.YAMLError as e:
        raise InvalidInput(f"{file}: its METADATA are no YAML: {e}") from None
    except (KeyError, TypeError) as e:
        raise InvalidInput(f"{file}: METADATA need title, description and custom: {e}") from None
    except ValidationError as e:
        wrong = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in e.errors())
        raise InvalidInput(f"{file}: METADATA: {wrong}") from None


def _yaml(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506 -- a safe one
    except OSError as e:
        raise InvalidInput(f"{file} cannot be read ({e.strerror}): the gate needs it") from None
    except yaml.YAMLError as e:
        raise InvalidInput(f"{file} is no YAML: {e}") from None
    if not isinstance(content, dict):
        raise InvalidInput(f"{file} must be a mapping")
    return content
