"""Create, update and delete one resource type through its spec."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from groundway_local.provider import decode, intents, reconcile
from groundway_local.provider.encode import Encoder
from groundway_local.provider.names import Names, fill, plain
from groundway_local.provider.problem import Partial, Problem
from groundway_local.provider.reader import Private, Reader, is_gone
from groundway_local.provider.routes import Routes
from groundway_local.provider.session import Api, Session
from groundway_local.provider.spec import Op, Spec, Step, Tagging
from groundway_local.provider.values import UNKNOWN, Block, State, is_zero, same, without_unknown

CLEARED = {"string": "", "list": [], "map": {}, "boolean": False}  # what a patch sends for an attribute that is null


@dataclass(frozen=True)
class Applied:
    """What an apply came to: the state, what to remember of it, and what the emulator did not confirm."""

    state: State | None
    private: Private
    unconfirmed: tuple[str, ...] = ()


class Crud:
    """The calls of one type, in one configured provider."""

    def __init__(self, type_name: str, spec: Spec, schema: Block, session: Session) -> None:
        self.type_name, self.spec, self.schema, self.session = type_name, spec, schema, session
        self.names = Names(spec)
        self.reader = Reader(spec, schema, session)
        self.routes = Routes(spec, schema, session.models)

    def create(self, planned: State) -> Applied:
        """Make it. Partial when it exists but could not be completed."""
        state, private = self._make(planned)
        try:
            done = {*self.routes.carried(self.spec.create), *(self.spec.prepare.attrs if self.spec.prepare else ())}
            self._change({}, state, {a for a, v in planned.items() if a not in done and _given(v)})
            return self._settled(planned, state, private)
        except Exception as error:
            raise Partial(without_unknown(state), private, error) from error

    def update(self, prior: State, planned: State, private: Private) -> Applied:
        """Change it in place."""
        changed = {a for a in planned if a != "timeouts" and not same(self.schema, a, prior.get(a), planned[a])}
        self._change(prior, planned, changed)
        return self._settled(planned, planned, private)

    def delete(self, state: State) -> None:
        """Remove it, unless the configuration says to leave it; that it is gone already is fine."""
        from botocore.exceptions import ClientError

        if state.get("skip_destroy"):
            return
        api = self.reader.api(state)
        try:
            if self.spec.before_delete:
                self.spec.before_delete(api, state)
            if self.spec.delete:
                api.call(self.spec.delete.name, **fill(self.spec.delete.arguments, self.reader.values(state)))
        except ClientError as error:
            # "Not found" may be about something else that the call needs.
            if not is_gone(error) or self.reader.answers(state) is not None:
                raise

    # creating ---------------------------------------------------------------------------------------------------------
    def _make(self, planned: State) -> tuple[State, Private]:
        """The create call. An answer replayed for a killed run counts only while the resource exists."""
        api, generated = self.reader.api(planned), self._generated(planned)
        named = {**planned, **generated}
        arguments = self._arguments(self.spec.create, named, set())
        if self.spec.prepare:
            self.spec.prepare.run(api, named, arguments)
        for fresh in (False, True):
            marks = intents.headers(self.type_name, planned, generated, fresh)
            answer, headers = api.marked(self.spec.create.name, arguments, marks)
            first_named = {**named, **json.loads(headers.get("x-groundway-note") or "{}")}
            state = self._first_state(planned, first_named, answer)
            if headers.get("x-groundway-replayed") != "true":
                break
            found = self.reader.answers(without_unknown(state))
            if found is not None:
                break
        token = headers.get("x-groundway-token")
        return state, {"token": token} if token else {}

    def _generated(self, planned: State) -> State:
        """Names for what is to have one and was given none."""
        return {
            name: f"{planned.get(prefix) or 'terraform-'}{uuid.uuid4().hex}"
            for name, prefix in self.spec.prefixed.items()
            if not _given(planned.get(name))
        }

    def _first_state(self, planned: State, named: State, answer: dict[str, Any]) -> State:
        """The plan, with the id and whatever else the create call answered, which may be a replayed answer."""
        import jmespath

        if self.spec.create.path:
            flat = jmespath.search(self.spec.create.path, answer) or {}
        else:
            flat = {**answer, **next((v for v in answer.values() if isinstance(v, dict)), {})}
        first, state = decode.block(flat, self.schema, self.names), dict(planned)
        for name, value in first.items():
            if state.get(name) is UNKNOWN and value not in (None, []):
                state[name] = value
        state |= {name: named[name] for name in self.spec.prefixed if not _given(state.get(name))}
        words = {k: v for k, v in flat.items() if k.isidentifier()}
        known = {k: v for k, v in state.items() if v is not UNKNOWN and k != "id"}
        own = {"id": first["id"]} if first.get("id") else {}
        values = {**words, **known, **own, **self.reader.values({"region": planned.get("region")})}
        values["id"] = state["id"] = str(fill(self.spec.id, values))
        for name, template in self.spec.computed.items():
            if state.get(name) is UNKNOWN:
                state[name] = values[name] = fill(template, values)
        return state

    def _settled(self, planned: State, state: State, private: Private) -> Applied:
        """The plan, its unknowns filled in from what the API reports now."""
        answers = self.reader.answers(without_unknown(state))
        if answers is None:
            raise Problem(f"{self.type_name} is gone right after the call", str(state.get("id")))
        actual = self.reader.actual(state, answers)
        first = {n: v for n, v in without_unknown(state).items() if actual.get(n) is None}
        final = without_unknown(reconcile.completed(self.schema, planned, {**actual, **first}))
        reference = reconcile.departures(self.schema, final, actual)
        unconfirmed = tuple(n for n in reference if n not in self.spec.unread and self._contradicts(n, final, actual))
        return Applied(final, {**private, "reference": reference}, unconfirmed)

    def _contradicts(self, name: str, final: State, actual: State) -> bool:
        """Whether something that was wanted is not so. What nobody asked for may be anything."""
        if is_zero(final.get(name)):
            return False
        nested = self.schema.get("block_types", {}).get(name)
        return nested is None or not reconcile.agree_nested(nested, final[name], actual.get(name))

    # changing ---------------------------------------------------------------------------------------------------------
    def _change(self, prior: State, planned: State, changed: set[str]) -> None:
        api = self.reader.api(planned)
        for step in self.spec.update:
            if isinstance(step, Step):
                if changed & set(step.attrs) or (step.at_creation and not prior):
                    step.run(api, prior, planned)
                continue
            hit = [a for a in self.routes.carried(step) if a in changed and a != "tags_all"]
            for part in [{a} for a in hit] if step.each else [set(hit)] if hit else []:
                api.call(step.name, **self._arguments(step, planned, part))
        if "tags_all" in changed and self.spec.tagging:
            self._tag(api, self.spec.tagging, prior.get("tags_all") or {}, planned)

    def _tag(self, api: Api, how: Tagging, old: dict[str, str], planned: State) -> None:
        new, values = planned.get("tags_all") or {}, self.reader.values(planned)
        if put := {k: v for k, v in new.items() if old.get(k) != v}:
            shape = self.session.models.shape(self.spec.service, how.tag.name)
            member = next(m for m in shape.members if plain(m) in ("tags", "tagstoadd", "tagslist", "resourcetags"))
            tags = Encoder().value(put, shape.members[member], self.names, ("tags",))
            api.call(how.tag.name, **fill(how.tag.arguments, values), **{member: tags})
        if gone := [k for k in old if k not in new]:
            keys = [{"Key": k} for k in gone] if how.keys in ("Tags", "TagsList") else gone
            api.call(how.untag.name, **fill(how.untag.arguments, values), **{how.keys: keys})

    def _arguments(self, op: Op, state: State, changed: set[str]) -> dict[str, Any]:
        """The arguments of a call that carries attributes; a patch clears those that became null."""
        patch = (op.attrs is not None or op.each) and not op.whole and op is not self.spec.create
        out: dict[str, Any] = {}
        for name, (holder, member, shape) in self.routes.carried(op).items():
            value = state.get(name)
            if (op.each and name not in changed) or value is UNKNOWN or (name == "tags_all" and not value):
                continue
            if value is None or value == []:
                if not patch or name not in changed:
                    continue
                if shape.type_name not in CLEARED:
                    raise Problem(
                        f"{self.type_name}.{name} cannot be unset", f"{op.name} has no value for that", (name,)
                    )
                encoded = CLEARED[shape.type_name]
            else:
                encoded = Encoder().attribute(name, without_unknown(value), shape, self.names)
                if encoded is None:
                    continue
            (out.setdefault(holder, {}) if holder else out)[member] = encoded
        for key, value in fill(op.arguments, self.reader.values(state)).items():
            merged = isinstance(out.get(key), dict) and isinstance(value, dict)
            out[key] = {**out[key], **value} if merged else value
        return out


def _given(value: Any) -> bool:
    return value is not None and value != [] and value is not UNKNOWN
