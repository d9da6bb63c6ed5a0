"""What plans of Terraform would make of an environment: its resources before and after, instance by instance.

A plan is the JSON of `terraform show -json`. What it does not know yet stands as the reference that its configuration
names, as in a stack; what nobody configured is left to the provider, as in a stack.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from groundway import environment as environments
from groundway.environment import Environment
from groundway.errors import InvalidInput
from groundway_ops.cost.estimate import default_book, known_usage, of_scene
from groundway_ops.cost.price_book import PriceBook
from groundway_ops.cost.record import Estimate
from groundway_ops.cost.resources import Resource, Scene
from groundway_ops.gate import documents
from groundway_ops.gate.documents import Document

ACTIONS = {
    ("no-op",): "",
    ("create",): "created",
    ("update",): "updated",
    ("delete",): "deleted",
    ("delete", "create"): "replaced",
    ("create", "delete"): "replaced",
    ("forget",): "forgotten",
    ("create", "forget"): "replaced",
}
UNKNOWN = "${known after apply}"
INDEX = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
CLUSTER = "aws_eks_cluster"


@dataclass(frozen=True)
class Plans:
    """Resources of all plans together. `actions` is (stack, address) -> what happens to it, if anything does."""

    stacks: tuple[str, ...]
    before: list[Resource] = field(default_factory=list)
    after: list[Resource] = field(default_factory=list)
    actions: dict[tuple[str, str], str] = field(default_factory=dict)


def environment_of(files: Sequence[Path], named: str | None) -> str:
    """The environment that all plans are of: in their default tags, else in their variable `environment`, else `named`.

    Raises `InvalidInput` for a plan that says none, or another.
    """
    found = {file: _said(documents.read_plan(file)) or named for file in files}
    for file, name in found.items():
        if name is None:
            raise InvalidInput(f"{file}: neither default tags nor variables say of which environment it is: name it")
        if name != (wanted := named or next(iter(found.values()))):
            raise InvalidInput(f"{file}: is a plan of {name}, not of {wanted}: estimate one environment at a time")
    return str(next(iter(found.values())))


def read(files: Sequence[Path], environment: str) -> Plans:
    """The plans of `environment`, one file a stack. Raises `InvalidInput` for what is no plan, or there twice."""
    stacks = {file: _stack(file, environment) for file in files}
    for stack, count in Counter(stacks.values()).items():
        if count > 1:
            raise InvalidInput(f"{count} plans are called {stack}: name each file after its stack")
    plans = Plans(tuple(stacks.values()))
    for file, stack in stacks.items():
        _take(documents.read_plan(file), stack, plans)
    return plans


def estimates(
    plans: Plans,
    environment: Environment,
    *,
    root: Path | None = None,
    book: PriceBook | None = None,
    on: date | None = None,
) -> tuple[Estimate, Estimate]:
    """What the planned stacks cost a month before the plans and after. What no resource stands for counts with the
    cluster."""
    used, _ = known_usage(environment, root)
    day = on or datetime.now(UTC).date()
    before, after = (
        of_scene(
            Scene(environment, resources, book or default_book(), used, day),
            declared=any(r.type == CLUSTER for r in resources),
        )
        for resources in (plans.before, plans.after)
    )
    happens = {f"{stack}: {address}": action for (stack, address), action in plans.actions.items()}
    return before, after.model_copy(update={"planned": happens, "notices": tuple(_notices(plans, environment.name))})


def _notices(plans: Plans, environment: str) -> list[str]:
    said = []
    for stack in plans.stacks:
        count = Counter(action for (of, _), action in plans.actions.items() if of == stack)
        happens = ", ".join(f"{n} {action}" for action, n in sorted(count.items())) or "nothing changes"
        said.append(f"{stack}: {happens}")
    said += [
        f"{stack}: {address}: is forgotten, not destroyed: AWS goes on billing it, and this estimate does not count it"
        for (stack, address), action in plans.actions.items()
        if action == "forgotten"
    ]
    return [*said, f"only what is planned counts: other stacks of {environment} are not in this estimate"]


def _said(document: Document) -> str | None:
    told = documents.environment_of(document.content)
    variable = (document.content.get("variables") or {}).get("environment", {}).get("value")
    name = told or variable
    return name if name in environments.names() else None


def _stack(file: Path, environment: str) -> str:
    """Called as the file, or as the folder that it lies in, whichever begins as the stacks of the environment do."""
    names = (file.stem.partition(".")[0], file.resolve().parent.name)
    return next((name for name in names if name.startswith(f"{environment}-")), names[0])


def _take(document: Document, stack: str, plans: Plans) -> None:
    configured = dict(_configured_in(document.content["configuration"].get("root_module", {})))
    for change in document.content["resource_changes"]:
        if change["mode"] != "managed":
            continue
        actions = tuple(change["change"].get("actions", ()))
        if actions not in ACTIONS:
            raise InvalidInput(
                f"{document.file}: {change['address']}: what {'/'.join(actions)} means is not known here"
            )
        module = INDEX.sub("", change.get("module_address", ""))
        expressions = configured.get((module, change["type"], change["name"]))
        after = change["change"]["after"]
        if after is not None:
            unknown = change["change"].get("after_unknown") or {}
            plans.after.append(_resource(stack, change, _filled(after, unknown, expressions)))
        if (before := change["change"].get("before")) is not None:
            plans.before.append(_resource(stack, change, before))
        if ACTIONS[actions]:
            plans.actions[stack, _resource(stack, change, {}).address] = ACTIONS[actions]


def _resource(stack: str, change: Mapping[str, Any], arguments: Mapping[str, Any]) -> Resource:
    return Resource(
        stack,
        change["type"],
        change["name"],
        arguments,
        module=change.get("module_address", ""),
        index=change.get("index"),
        deposed=change.get("deposed", ""),
    )


def _configured_in(module: Mapping[str, Any], path: str = "") -> Iterator[tuple[tuple[str, str, str], Any]]:
    """(module without indexes, type, name) -> what the configuration says of a resource, in all modules."""
    for resource in module.get("resources", []):
        if resource.get("mode", "managed") == "managed":
            yield (path, resource["type"], resource["name"]), resource.get("expressions", {})
    for name, call in module.get("module_calls", {}).items():
        yield from _configured_in(call.get("module", {}), f"{path}.module.{name}".lstrip("."))


def _filled(value: Any, unknown: Any, expression: Any) -> Any:
    """`value` with a reference for each unknown in it that the configuration gives, or may give."""
    if unknown is True:
        return _reference(expression)
    if isinstance(unknown, list) and isinstance(value, list):
        marks = [*unknown, *[False] * (len(value) - len(unknown))]
        values = [*value, *[None] * (len(unknown) - len(value))]
        pairs = enumerate(zip(values, marks, strict=True))
        return [_filled(one, mark, _element(expression, i)) for i, (one, mark) in pairs]
    if isinstance(unknown, Mapping) and isinstance(value, Mapping):
        configured = {key: mark for key, mark in unknown.items() if mark and _configured(expression, key, mark)}
        return {**value, **{k: _filled(value.get(k), mark, _member(expression, k)) for k, mark in configured.items()}}
    return value


def _configured(expression: Any, key: str, mark: Any) -> bool:
    """Whether `key` is, or may be, the configuration's: what is written and lacks it leaves it to the provider."""
    return mark is not True or not isinstance(expression, Mapping) or _attribute(expression) or key in expression


def _attribute(expression: Any) -> bool:
    return isinstance(expression, Mapping) and bool({"references", "constant_value"} & expression.keys())


def _element(expression: Any, index: int) -> Any:
    if isinstance(expression, list):
        return expression[index] if index < len(expression) else None
    return expression


def _member(expression: Any, key: str) -> Any:
    return expression if _attribute(expression) else expression.get(key) if isinstance(expression, Mapping) else None


def _reference(expression: Any) -> str:
    references = expression.get("references", []) if isinstance(expression, Mapping) else []
    return f"${{{references[0]}}}" if references else UNKNOWN
