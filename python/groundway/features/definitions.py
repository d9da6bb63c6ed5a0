"""Feature definitions: Feast entities and feature views, written once and free of where they are deployed.

A view's source names the column of its time and nothing else that matters; `bound` points it to the platform's bucket.
`event_timestamp` of a row is when its values became KNOWN. That alone makes a join at a moment free of the future.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Sequence
from typing import Any

import polars as pl
from feast import Entity, FeatureView, FileSource
from feast.types import Bool, Float32, Float64, Int32, Int64, String

from groundway.errors import InvalidInput

# What a feature may be: its Polars type, and the member of Feast's Value that holds it.
KINDS: dict[Any, tuple[Any, str]] = {
    Bool: (pl.Boolean, "bool_val"),
    Float32: (pl.Float32, "float_val"),
    Float64: (pl.Float64, "double_val"),
    Int32: (pl.Int32, "int32_val"),
    Int64: (pl.Int64, "int64_val"),
    String: (pl.String, "string_val"),
}


def digest(definitions: Sequence[Any]) -> str:
    """A stable hash of what the definitions say: keys, features, types, order and age limits; not where they live."""
    said = []
    for d in sorted(checked(definitions), key=lambda d: (type(d).__name__, d.name)):
        if isinstance(d, Entity):
            said.append(["entity", d.name, d.join_key, d.value_type.name])
        else:
            features = [[f.name, str(f.dtype)] for f in d.features]
            age = d.ttl.total_seconds() if d.ttl else 0
            said.append(["view", d.name, d.entities, features, age, d.batch_source.timestamp_field])
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def checked(definitions: Sequence[Any]) -> Sequence[Any]:
    """`definitions`, if both halves of the store can carry them out; else `InvalidInput` naming one that cannot."""
    names: set[tuple[str, str]] = set()
    for d in definitions:
        if type(d) not in (Entity, FeatureView):
            raise InvalidInput(f"{d!r}: definitions are Feast entities and feature views, not {type(d).__name__}")
        if (type(d).__name__, d.name) in names:
            raise InvalidInput(f"{type(d).__name__} {d.name!r} is defined twice")
        names.add((type(d).__name__, d.name))
        if isinstance(d, Entity):
            continue
        if d.batch_source is None or not d.batch_source.timestamp_field:
            raise InvalidInput(f"view {d.name!r}: its source must name the timestamp_field")
        for f in d.schema:
            if f.dtype not in KINDS:
                kinds = ", ".join(str(k) for k in KINDS)
                raise InvalidInput(f"view {d.name!r}, feature {f.name!r}: type {f.dtype} is not one of {kinds}")
        if not d.features:
            raise InvalidInput(f"view {d.name!r} has no features")
    return definitions


def bound(definition: Any, uri: str) -> Any:
    """A copy of a view whose source is the Parquet at `uri`; entities are what they are anywhere."""
    if isinstance(definition, Entity):
        return definition
    view = copy.copy(definition)
    source = definition.batch_source
    view.batch_source = FileSource(
        name=f"{view.name}_source", path=uri, timestamp_field=source.timestamp_field, tags=source.tags
    )
    return view
