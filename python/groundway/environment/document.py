"""YAML that remembers its lines, so that an error can say where. JSON's types only: no dates, no anchors' surprises."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from groundway.errors import InvalidInput

Path_ = tuple[str | int, ...]
_SCALARS = {"str", "int", "float", "bool", "null"}


@dataclass
class Document:
    """The data of one file; `lines` says on which line each key path stands (1-based)."""

    file: Path
    data: Any = None
    lines: dict[Path_, int] = field(default_factory=dict)

    def line(self, path: Path_) -> int:
        """The line of `path`, or of the nearest thing around it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def get(self, path: Path_) -> Any:
        value = self.data
        for part in path:
            value = value[part]
        return value


def read(file: Path) -> Document:
    """Parse `file`. Raises `InvalidInput` naming file and line for bad YAML, a duplicate key or a value JSON lacks."""
    document = Document(file)
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise InvalidInput(f"{file} does not exist") from None
    except (OSError, UnicodeDecodeError) as e:
        raise InvalidInput(f"cannot read {file}: {e}") from None
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else 1
        raise InvalidInput(f"{file}:{line}: this is not YAML: {e.problem}") from None
    except yaml.YAMLError as e:
        raise InvalidInput(f"{file}: this is not YAML: {e}") from None
    document.data = _value(document, root, (), ()) if root else {}
    return document


def _value(document: Document, node: yaml.Node, path: Path_, around: tuple[yaml.Node, ...]) -> Any:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if node in around:
        raise _wrong(document, node, f"{_dotted(path)} contains itself; write it out")
    if isinstance(node, yaml.MappingNode):
        return _mapping(document, node, path, (*around, node))
    if isinstance(node, yaml.SequenceNode):
        return [_value(document, item, (*path, i), (*around, node)) for i, item in enumerate(node.value)]
    kind = node.tag.rpartition(":")[2]
    if kind not in _SCALARS:
        raise _wrong(document, node, f"{_dotted(path)} is a {kind}: {node.value!r}; put it in quotes")
    try:
        return yaml.constructor.SafeConstructor().construct_object(node)
    except ValueError:
        raise _wrong(document, node, f"{_dotted(path)}: {node.value!r} is not a {kind}") from None


def _mapping(document: Document, node: yaml.MappingNode, path: Path_, around: tuple[yaml.Node, ...]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, value in node.value:
        name = (*path, key.value) if isinstance(key.value, str) else path
        if not isinstance(key.value, str) or key.tag == "tag:yaml.org,2002:merge":
            raise _wrong(document, key, f"{_dotted(path)}: a key must be plain text")
        if key.value in data:
            first = document.lines[name]
            raise _wrong(document, key, f"{_dotted(name)} is there twice, first on line {first}; remove one")
        document.lines[name] = key.start_mark.line + 1
        data[key.value] = _value(document, value, name, around)
    return data


def _wrong(document: Document, node: yaml.Node, message: str) -> InvalidInput:
    return InvalidInput(f"{document.file}:{node.start_mark.line + 1}: {message}")


def _dotted(path: Path_) -> str:
    return ".".join(map(str, path)) or "the file"
