"""docs/cost-estimate.md explains every key of usage.yaml, with the default that it has."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

import pytest
import yaml
from cost_resources import CHECKOUT
from pydantic import BaseModel

from groundway_ops.cost.amounts import Range
from groundway_ops.cost.price_book import FOLDER
from groundway_ops.cost.usage import Usage

PAGE = (CHECKOUT / "docs" / "cost-estimate.md").read_text()
DEFAULTS = yaml.safe_load((FOLDER / "usage.yaml").read_text())


def rows(kind: Any, path: str, default: Any) -> Iterator[str]:
    for name, field in kind.model_fields.items():
        inner = field.annotation
        if get_origin(inner) is dict:
            inner = get_args(inner)[1]
            inner = get_args(inner)[0] if get_origin(inner) is Annotated else inner
            if issubclass(inner, BaseModel) and inner is not Range:
                yield from rows(inner, f"{path}{name}.NAME.", default[name].get("default", {}))
                continue
            yield row(f"{path}{name}.NAME", field.description, default[name].get("default"))
        elif isinstance(inner, type) and issubclass(inner, BaseModel) and inner is not Range:
            yield from rows(inner, f"{path}{name}.", default[name])
        else:
            yield row(f"{path}{name}", field.description, default.get(name))


def row(key: str, description: str | None, default: Any) -> str:
    shown = " / ".join(map(str, default.values())) if isinstance(default, dict) else "" if default is None else default
    return f"| `{key}` | {' '.join((description or '').split())} | {shown} |"


@pytest.mark.parametrize("line", rows(Usage, "", DEFAULTS))
def test_a_key_is_explained(line: str) -> None:
    assert line in PAGE.splitlines()
