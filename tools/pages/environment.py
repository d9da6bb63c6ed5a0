"""docs/reference/environment.md: every key of environment.yaml, from the types that it is checked against."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from groundway.environment import Environment
from pages.text import Undocumented, code, page, paragraphs, sentence, table

INTRODUCTION = """\
What an environment is, stands in `environments/<name>/environment.yaml` and nowhere else. These are its keys, from the
types that the file is checked against; a key without a default is required. `groundway env show` prints an environment
with every default filled in, `groundway env diff` what two of them do not have in common."""

EXAMPLES = """\
```console
$ groundway env check
$ groundway env show dev
$ groundway env diff staging prod
```"""

# What a pattern or a validator of the types asks for, in words. One that is missing here stops the generator.
FORMS = {
    r"^[a-z][a-z0-9-]{0,18}[a-z0-9]$": "name: 2 to 20 lower-case letters, digits and hyphens, a letter first",
    r"^\d{12}$": "AWS account number: 12 digits, in quotes",
    r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$": "label: up to 63 letters, digits, dots, hyphens, underscores",
    r"^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$": (
        "label key: a label, after a domain and a slash if need be"
    ),
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "e-mail address",
    r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$": "ARN of an IAM role",
    r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$": "EC2 instance type",
    r"^[a-z]{2}(-[a-z]+)+-\d$": "AWS region, such as `eu-west-1`",
    r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$": "bucket name: 3 to 63 lower-case letters, digits, dots and hyphens",
    r"^[\w.-]+/[\w.-]+$": "repository: `owner/name`",
    r"^[\w.-]+(/[\w.-]+)+$": "project: `group/name`",
    r"^v\d+\.\d+\.\d+-eksbuild\.\d+$": "add-on version, such as `v1.20.4-eksbuild.1`",
    r"^cr-[0-9a-f]{8,17}$": "id of a capacity reservation, `cr-...`",
    r"^(all-)?\d+g\.\d+gb$": "MIG profile, such as `all-1g.10gb`",
    r"^[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}$": "feature name: up to 64 letters, digits, hyphens and underscores",
    r"^db\.[a-z0-9]+\.[a-z0-9]+$": "RDS instance class, such as `db.t4g.small`",
    "_cidr": "network such as `10.10.0.0/16`",
    "_instance_type": "without accelerators",
    "_accelerated": "EC2 instance type with accelerators",
    "_time": "time",
    "_aware": "in quotes: date, `T`, time and zone",
}
PLAIN: dict[Any, str] = {
    str: "text",
    int: "whole number",
    bool: "`true` or `false`",
    Decimal: "amount",
    float: "number",
    datetime: "",
}


def write() -> str:
    """The page. Raises `Undocumented` naming every key that nothing explains."""
    missing: list[str] = []
    sections = [_section(path, part, missing) for path, part in _parts("", Environment)]
    if missing:
        raise Undocumented(*missing)
    return page("The keys of environment.yaml", INTRODUCTION.replace("\n", " "), EXAMPLES, *sections)


def anchors() -> dict[str, str]:
    """Class of a part to the anchor of its section, as GitHub makes it from the heading."""
    return {part.__name__: _heading(path).replace("*", "").replace(".", "") for path, part in _parts("", Environment)}


def _heading(path: str) -> str:
    return path.rstrip(".").replace("<name>", "*name*")


def _parts(path: str, part: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """The part itself and, in the order of the model, those inside it, with the path that leads to each."""
    yield path, part
    for name, field in part.model_fields.items():
        for inner, suffix in _inside(field.annotation):
            yield from _parts(f"{path}{field.alias or name}{suffix}.", inner)


def _inside(kind: Any) -> Iterator[tuple[type[BaseModel], str]]:
    """The models that a type holds, and how one gets to them: by a name, by an index or at once."""
    arguments, origin = get_args(kind), get_origin(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind, ""
    elif origin is dict:
        yield from ((model, f".<name>{rest}") for model, rest in _inside(arguments[1]))
    elif origin in (tuple, list):
        yield from ((model, f"[]{rest}") for model, rest in _inside(arguments[0]))
    elif origin is Annotated:
        yield from _inside(arguments[0])
    elif origin in (Union, UnionType):
        for member in arguments:
            yield from _inside(member)


def _section(path: str, part: type[BaseModel], missing: list[str]) -> str:
    rows = []
    for name, field in part.model_fields.items():
        key = f"{path}{field.alias or name}"
        where = f"{part.__module__}.{part.__name__}.{name}"
        if not field.description:
            missing.append(f"{key} has no description; write one as a string under the field {where}")
        rows.append((f"`{key}`", _words(field, where, missing), _default(field), sentence(field.description)))
    if not part.__doc__:
        missing.append(f"{path.rstrip('.')}: {part.__module__}.{part.__name__} has no docstring; write one")
    title = f"## {_heading(path)}" if path else ""
    return "\n\n".join(
        filter(None, (title, paragraphs(part.__doc__), table(("key", "value", "default", "meaning"), rows)))
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return "as below"
    return f"`{value}`" if isinstance(value, Decimal) else code(to_jsonable_python(value))


def _words(field: FieldInfo, where: str, missing: list[str]) -> str:
    try:
        return _kind(field.annotation, _constraints(field.metadata))
    except KeyError as unknown:
        missing.append(f"{where}: say in FORMS of tools/pages/environment.py, in words, what {unknown} asks for")
        return ""


def _constraints(metadata: Any) -> dict[str, Any]:
    """What the metadata of a type asks for: bounds, lengths, and the `forms` that FORMS puts into words."""
    found: dict[str, Any] = {"forms": []}
    for item in metadata:
        if isinstance(item, FieldInfo):
            inner = _constraints(item.metadata)
            found = {**found, **inner, "forms": found["forms"] + inner["forms"]}
            continue
        for name in ("ge", "gt", "le", "lt", "min_length", "max_length", "decimal_places"):
            if (value := getattr(item, name, None)) is not None:
                found[name] = value
        if pattern := getattr(item, "pattern", None):
            found["forms"].append(pattern)
        if validator := getattr(item, "func", None):
            found["forms"].append(validator.__name__)
    return found


def _kind(kind: Any, limits: dict[str, Any]) -> str:
    """A type in plain words, with what it is limited to."""
    arguments, origin = get_args(kind), get_origin(kind)
    if origin is Annotated:
        return _kind(arguments[0], _merged(limits, _constraints(arguments[1:])))
    if origin in (Union, UnionType):
        return ", or ".join("`null`" if a is NoneType else _kind(a, limits) for a in arguments)
    if origin is Literal:
        return _choice([code(a) for a in arguments])
    if origin in (tuple, list):
        return f"list{_length(limits)}; each: {_kind(arguments[0], {'forms': []})}"
    if origin is dict:
        key, value = (_kind(a, {"forms": []}) for a in arguments)
        return f"map{_length(limits)}; each key: {key}; each value: {value}"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "keys as below"
    return ", ".join(filter(None, [*(FORMS[f] for f in limits["forms"]), _plain(kind, limits)]))


def _merged(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    return {**a, **b, "forms": [*b["forms"], *a["forms"]]}


def _plain(kind: Any, limits: dict[str, Any]) -> str:
    if kind is str and limits["forms"]:
        return ""
    places = limits.get("decimal_places")
    return PLAIN[kind] + _range(limits) + (f", at most {places} decimals" if places else "")


def _range(limits: dict[str, Any]) -> str:
    if "ge" in limits and "le" in limits:
        return f", {limits['ge']} to {limits['le']}"
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    return "".join(f", {word} {limits[name]}" for name, word in words.items() if name in limits)


def _length(limits: dict[str, Any]) -> str:
    least, most = limits.get("min_length"), limits.get("max_length")
    if least and most:
        return f" of {least} to {most}"
    return f" of at least {least}" if least else f" of at most {most}" if most else ""


def _choice(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"
