"""Turn a validation error into lines that say file, line, key, value, and what would be right."""

import re
from difflib import get_close_matches
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import ErrorDetails

from groundway.environment.document import Document, Path_
from groundway.environment.model import Environment

# What would be right, for the patterns of model.py that a reader should not have to read.
HINTS: dict[Path_, str] = {
    ("account",): 'an AWS account number: 12 digits in quotes, such as "111111111111"',
    ("region",): "an AWS region, such as eu-west-1",
    ("name",): "2 to 20 lower-case letters, digits and hyphens, a letter first",
    ("tags", "project"): "2 to 20 lower-case letters, digits and hyphens, a letter first",
    ("state_bucket",): "a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens",
    ("network", "cidr"): "a network such as 10.10.0.0/16, with no address bits to the right of the prefix",
}


def explain(document: Document, error: ValidationError, kind: type[BaseModel] = Environment) -> list[str]:
    """One line a problem, in the order of the file. `kind`: what the file should have been."""
    problems = _causes(error.errors(), kind)
    return [_line(document, p, kind) for p in sorted(problems, key=lambda p: document.line(_place(p)))]


def _causes(problems: list[ErrorDetails], kind: type[BaseModel]) -> list[ErrorDetails]:
    """Without what only follows from another problem: a part is wrong, a key is missing because it is misspelt."""
    places = [_place(p) for p in problems]
    meant = {
        (*place[:-1], *get_close_matches(str(place[-1]), _keys(kind, place[:-1]), n=1, cutoff=0.5))
        for place, problem in zip(places, problems, strict=True)
        if problem["type"] == "extra_forbidden"
    }
    return [
        problem
        for place, problem in zip(places, problems, strict=True)
        if not any(len(other) > len(place) and other[: len(place)] == place for other in places)
        and not (problem["type"] == "missing" and place in meant)
    ]


def _line(document: Document, problem: ErrorDetails, kind: type[BaseModel]) -> str:
    path = _place(problem)
    key = ".".join(map(str, path)) or "the file"
    where = f"{document.file}:{document.line(path)}: {key}"
    match problem["type"]:
        case "extra_forbidden":
            return (
                f"{where}: unknown key (value {problem['input']!r}); {_nearest(str(path[-1]), _keys(kind, path[:-1]))}"
            )
        case "missing":
            return f"{where}: this key is missing; {_hint(path) or 'add it'}"
        case "literal_error":
            valid = [a or b for a, b in re.findall(r"'([^']*)'|(\d+)", problem["ctx"]["expected"])]
            return f"{where}: {problem['input']!r} is not valid; {_nearest(str(problem['input']), valid)}"
        case "string_type" if isinstance(problem["input"], int | float):
            return f"{where}: {problem['input']!r} is a number; {_hint(path) or 'put it in quotes'}"
        case "value_error":
            value = "" if isinstance(problem["input"], dict) else f" {problem['input']!r}:"
            said = problem["msg"].removeprefix("Value error, ")
            return f"{where}:{value} {_join(said, _hint(path))}"
    return f"{where}: {problem['input']!r}: {_join(problem['msg'], _hint(path))}"


def _place(problem: ErrorDetails) -> Path_:
    return tuple(p for p in problem["loc"] if p != "[key]")


def _join(message: str, hint: str) -> str:
    return f"{message}; expected {hint}" if hint else message


def _hint(path: Path_) -> str:
    return HINTS.get(path, "")


def _nearest(given: str, valid: list[str]) -> str:
    near = get_close_matches(given, valid, n=1, cutoff=0.5)
    listed = "valid: " + ", ".join(valid)
    return f"did you mean {near[0]!r}? ({listed})" if near else listed


def _keys(kind: Any, path: Path_) -> list[str]:
    """The keys that the model `kind` allows at `path`."""
    for part in path:
        kind = _member(kind, part)
    fields = kind.model_fields if _is_model(kind) else {}
    return [field.alias or name for name, field in fields.items()]


def _member(kind: Any, part: str | int) -> Any:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if _is_model(kind) and issubclass(kind, RootModel):
        return _member(kind.model_fields["root"].annotation, part)
    if _is_model(kind):
        fields = {f.alias or n: f.annotation for n, f in kind.model_fields.items()}
        return fields.get(str(part))
    arguments = get_args(kind)
    return (arguments[1] if get_origin(kind) is dict else arguments[0]) if arguments else None


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
