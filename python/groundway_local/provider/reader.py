"""Reading one resource: the spec's read calls, merged, as a state."""

from __future__ import annotations

import re
from typing import Any

from groundway_local.provider import decode, reconcile, tagging
from groundway_local.provider.names import Names, fill, fill_path, plain
from groundway_local.provider.session import Api, Session
from groundway_local.provider.spec import Spec
from groundway_local.provider.values import UNKNOWN, Block, State, members, without_unknown

GONE = re.compile(r"NotFound|NoSuch|DoesNotExist|NotExist|NonExistent|^Unknown(Monitor|Subscription)Exception$|^404$")
GONE_MESSAGE = re.compile(r"does not exist|is not owned by the current account")
Private = dict[str, Any]


def is_gone(error: Any) -> bool:
    """Whether a ClientError says that the resource does not exist."""
    found = error.response.get("Error", {})
    code, message = str(found.get("Code", "")), str(found.get("Message", ""))
    return bool(GONE.search(code) or (code.startswith(("Validation", "BadRequest")) and GONE_MESSAGE.search(message)))


class Reader:
    """The reading half of one type."""

    def __init__(self, spec: Spec, schema: Block, session: Session) -> None:
        self.spec, self.schema, self.session, self.names = spec, schema, session, Names(spec)

    def api(self, state: State) -> Api:
        """The type's service in the resource's region."""
        region = state.get("region")
        return self.session.api(self.spec.service, region if isinstance(region, str) else None)

    def values(self, state: State) -> State:
        """What templates are filled from."""
        api = self.api(state)
        return {**state, "region": api.region, "account": api.account, "partition": "aws"}

    def read(self, state: State, private: Private, importing: bool = False) -> State | None:
        """The state as AWS has it now; None when it is gone."""
        answers = self.answers(state)
        if answers is None:
            return None
        actual = self.actual(state, answers)
        seen = reconcile.observed(self.schema, state, actual, importing)
        reference = private.get("reference", {})
        for name in members(self.schema):
            if name in reference and reference[name] == reconcile.digest(actual.get(name)):
                seen[name] = state.get(name)
        read: State = without_unknown(seen)
        return read

    def answers(self, state: State) -> dict[str, Any] | None:
        """What the read calls say, merged; None when the resource is gone."""
        import jmespath
        from botocore.exceptions import ClientError

        api, data = self.api(state), dict[str, Any]()
        for op in self.spec.read:
            values = {**self.values(state), **{k: v for k, v in data.items() if k.isidentifier()}}
            try:
                answer: Any = api.call(op.name, **fill(op.arguments, values))
            except ClientError as error:
                if not is_gone(error):
                    raise
                answer = None
            if answer is not None and op.path:
                answer = jmespath.search(fill_path(op.path, values), answer)
            if answer is None:
                if op.optional:
                    continue
                return None
            data.update(answer if isinstance(answer, dict) else {"value": answer})
        if self.spec.enrich:
            self.spec.enrich(api, data)
        return data

    def actual(self, prior: State, answers: dict[str, Any]) -> State:
        """The answers in the shape of the schema, with what the spec computes, and tags."""
        actual = decode.block(answers, self.schema, self.names)
        for name in (*self.spec.unread, *self.spec.provider_only):
            actual[name] = without_unknown(prior.get(name))
        actual |= {n: d for n, d in self.spec.defaults.items() if "." not in n and actual.get(n) is None}
        known = {k: v for k, v in prior.items() if v is not UNKNOWN and v is not None}
        words = {k: v for k, v in answers.items() if k not in known and k.isidentifier()}
        values = self.values({**{k: v for k, v in actual.items() if v is not None}, **known, **words})
        values["id"] = actual["id"] = known.get("id") or str(fill(self.spec.id, values))
        for name, template in self.spec.computed.items():
            values[name] = actual[name] = fill(template, values)
        if "region" in self.schema["attributes"]:
            actual["region"] = self.api(prior).region
        if "tags_all" in self.schema["attributes"]:
            defaults = self.session.settings.default_tags
            actual["tags"], actual["tags_all"] = tagging.observed_tags(prior, self._tags(values, answers), defaults)
        return actual

    def _tags(self, values: State, answers: dict[str, Any]) -> dict[str, str]:
        how = self.spec.tagging
        if how and how.listing:
            import jmespath

            answer = self.api(values).call(how.listing.name, **fill(how.listing.arguments, values))
            return decode.pairs(jmespath.search(how.listing.path, answer))
        return decode.pairs(next((answers[k] for k in answers if plain(k) in ("tags", "tagset")), None))
