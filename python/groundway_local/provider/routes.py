"""Which API members carry which attributes of a type, and what follows: what forces a new resource."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.names import Names
from groundway_local.provider.session import Models
from groundway_local.provider.spec import ALWAYS_PROVIDER_ONLY, Op, Spec, Step
from groundway_local.provider.values import Block, members

Carried = dict[str, tuple[str, str, Any]]  # attribute -> (structure or "", member, shape)


class Routes:
    """The routes of one type."""

    def __init__(self, spec: Spec, schema: Block, models: Models) -> None:
        self.spec, self.schema, self.models, self.names = spec, schema, models, Names(spec)
        self._cache: dict[int, Carried] = {}

    def carried(self, op: Op) -> Carried:
        """Everything that the input of a call can carry."""
        if id(op) not in self._cache:
            self._cache[id(op)] = self._carried(op)
        return self._cache[id(op)]

    def _carried(self, op: Op) -> Carried:
        shape = self.models.shape(self.spec.service, op.name)
        top = dict(shape.members) if shape else {}
        inner = top.pop(op.into).members if op.into else {}
        out: Carried = {}
        for name in members(self.schema):
            if not self._settable(name) or (op.attrs is not None and name not in op.attrs):
                continue
            api_name = "tags" if name == "tags_all" else name
            if (member := self.names.member(api_name, top)) and member not in op.arguments:
                out[name] = "", member, top[member]
            elif member := self.names.member(api_name, inner):
                out[name] = op.into, member, inner[member]
        return out

    def _settable(self, name: str) -> bool:
        if name in (*ALWAYS_PROVIDER_ONLY, "tags", *self.spec.provider_only):
            return False
        attribute = self.schema["attributes"].get(name)
        return name == "tags_all" or attribute is None or bool(attribute.get("optional") or attribute.get("required"))

    def updated(self) -> set[str]:
        """Attributes that can change in place."""
        out: set[str] = set()
        for step in self.spec.update:
            out |= set(step.attrs) if isinstance(step, Step) else set(self.carried(step))
        return out | {"tags_all"}

    def all(self) -> set[str]:
        """Attributes that some call, or the provider itself, carries out."""
        prepared = self.spec.prepare.attrs if self.spec.prepare else ()
        prefixes = self.spec.prefixed.values()
        tags = ("tags", "tags_all")
        own = (*ALWAYS_PROVIDER_ONLY, *self.spec.provider_only)
        return {*self.carried(self.spec.create), *self.updated(), *prepared, *prefixes, *tags, *own}

    def force_new(self) -> set[str]:
        """The create call carries it and no update does: a change needs a new resource."""
        prepared = self.spec.prepare.attrs if self.spec.prepare else ()
        created = {*self.carried(self.spec.create), *prepared, *self.spec.prefixed.values()}
        return (created - self.updated()) | set(self.spec.replace) | {"region"}
