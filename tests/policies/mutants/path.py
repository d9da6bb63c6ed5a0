"""Change one place in a document. A step into text that holds JSON - a policy - decodes it and encodes it again."""

import json
from collections.abc import Callable
from typing import Any

GONE = object()
Change = Callable[[Any], Any]  # the old value, or GONE -> the new one, or GONE


class NoSuchPlace(Exception):
    """The document has no such place."""


def change(document: Any, path: str, new: Change) -> Any:
    """`document` with `new` at `path`: names, digits for places in lists, `*` for every element.

    A name goes through a list of one block. Raises `NoSuchPlace` if what is above the last step is not there.
    """
    return _change(document, path.split("."), new)


def _change(value: Any, steps: list[str], new: Change) -> Any:
    if not steps:
        return new(value)
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        return json.dumps(_change(json.loads(value), steps, new))
    if isinstance(value, list):
        return _in_list(value, steps, new)
    if not isinstance(value, dict) or (len(steps) > 1 and steps[0] not in value):
        raise NoSuchPlace(steps[0])
    return _with(value, steps[0], _change(value.get(steps[0], GONE), steps[1:], new))


def _in_list(value: list[Any], steps: list[str], new: Change) -> list[Any]:
    if steps[0] == "*":
        return [_change(v, steps[1:], new) for v in value]
    if steps[0].isdigit():
        place = int(steps[0])
        if place >= len(value):
            raise NoSuchPlace(steps[0])
        changed = _change(value[place], steps[1:], new)
        return value[:place] + ([] if changed is GONE else [changed]) + value[place + 1 :]
    if len(value) != 1:
        raise NoSuchPlace(steps[0])
    return [_change(value[0], steps, new)]


def _with(mapping: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    rest = {k: v for k, v in mapping.items() if k != name}
    return rest if value is GONE else {**mapping, name: value}


def setting(value: Any) -> Change:
    return lambda _: value


def removing(old: Any) -> Any:
    if old is GONE:
        raise NoSuchPlace("nothing to remove")
    return GONE


def appending(value: Any) -> Change:
    return lambda old: [*([] if old is GONE else old if isinstance(old, list) else [old]), value]
