"""`environments/allocation.yaml`: pools of shared costs, and how teams share them; without it nothing is shared."""

import json
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, ValidationError, model_validator

from groundway.environment import teams
from groundway.environment.document import Document, read
from groundway.environment.explain import explain
from groundway.errors import InvalidInput
from groundway.tags import TagValue
from groundway_ops.cost.bill.reports.question import DIMENSIONS, MISSING

FOLDER, FILE = "environments", "allocation.yaml"
TAKEN = ("team", "direct", "total", "of all", *(name.replace("-", " ") for name in DIMENSIONS))  # other columns

Key = Literal["usage", "even", "gpu-hours", "predictions"]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Values = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]


class Pool(BaseModel):
    """A part of the costs that teams share."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9 -]*$", max_length=40)]
    """What its column is called."""
    charges: Annotated[dict[str, Values], Field(min_length=1)]
    """Which charges: dimension to its values, of which one must hold; `*` stands for anything, `(none)` for nothing."""
    by: Key | None = None
    """In proportion to what each team spends itself (`usage`), to its GPU-hours or its predictions; or `even`."""
    keys: Annotated[dict[TagValue, Annotated[Decimal, Field(gt=0, le=1)]], Field(min_length=1)] | None = None
    """Each team's part, of 1."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.by is None) == (self.keys is None):
            raise ValueError("is shared by usage, or by keys: set exactly one of by and keys")
        if self.keys and (total := sum(self.keys.values())) != 1:
            raise ValueError(f"keys add up to {total}; they must to 1")
        if self.name in TAKEN:
            raise ValueError(f"name {self.name!r} is that of another column; choose another")
        return self

    @model_validator(mode="after")
    def _dimensions(self) -> Self:
        for name in self.charges:
            if name not in DIMENSIONS:
                near = get_close_matches(name, DIMENSIONS, 1)
                meant = f"did you mean {near[0]!r}? " if near else ""
                raise ValueError(f"charges: {name!r} is no dimension; {meant}there are {', '.join(DIMENSIONS)}")
        return self

    def condition(self) -> tuple[str, list[str]]:
        """SQL that its charges fulfil, never NULL, and its values."""
        parts, values = [], []
        for name, wanted in self.charges.items():
            column, one_of = f"CAST({DIMENSIONS[name]} AS VARCHAR)", []
            for value in wanted:
                if value == MISSING:
                    one_of.append(f"{column} IS NULL")
                else:
                    one_of.append(f"coalesce({column} {'GLOB' if '*' in value else '='} ?, false)")
                    values.append(value)
            parts.append(f"({' OR '.join(one_of)})")
        return " AND ".join(parts), values


class Pools(RootModel[tuple[Pool, ...]]):
    """In order: the first that takes a charge has it."""

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [pool.name for pool in self.root]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two pools are called {twice!r}; give one another name")
        return self


def pools(root: Path) -> tuple[Pool, ...]:
    """The pools of the checkout at `root`; none without the file. Raises `InvalidInput` with file, line and key."""
    file = root / FOLDER / FILE
    if not file.exists():
        return ()
    document = read(file)
    try:
        found = Pools.model_validate_json(json.dumps(document.data or [])).root
    except ValidationError as e:
        raise InvalidInput("\n".join(explain(document, e, Pools))) from None
    if told := _strangers(document, found, root):
        raise InvalidInput("\n".join(told))
    return found


def _strangers(document: Document, found: tuple[Pool, ...], root: Path) -> list[str]:
    known = teams(root)
    return [
        f"{document.file}:{document.line((place, 'keys', team))}: {place}.keys: {team!r} is no team; there are "
        f"{', '.join(known)} (environments/teams.yaml)"
        for place, pool in enumerate(found)
        for team in pool.keys or ()
        if known and team not in known
    ]
