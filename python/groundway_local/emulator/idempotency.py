"""A create is carried out once, even when whoever asked for it died before it could write the answer down.

The Terraform provider marks a create with `X-Groundway-Intent` (a hash of what is wanted, for whom) and
`X-Groundway-Run` (`<pid>:<start>` of the process that asks). The answer is kept under a token until the provider says
that Terraform has recorded it. A later run with the same intent gets the kept answer of a run that is over, with
`X-Groundway-Replayed: true`; `X-Groundway-Fresh: 1` throws that answer away and creates anew. `X-Groundway-Note` of the
first request (what the answer does not say, such as a generated name) comes back with the replayed answer.
"""

import uuid
from dataclasses import dataclass, replace
from typing import Any

from groundway_local.emulator.exchange import Answer, Environ, Handler
from groundway_local.processes import ProcessId

KEPT = 10_000  # answers; the oldest go first


@dataclass(frozen=True)
class Kept:
    """The answer to a create that nobody has recorded yet."""

    token: str
    intent: str
    run: str
    call: str
    answer: Answer
    note: str = ""

    def belongs_to(self, run: str, call: str) -> bool:
        """Whether a request may have it: the same call sent again, or a run that came after this one died."""
        if self.run == run:
            return bool(call) and self.call == call
        owner = ProcessId.parse(self.run)
        return owner is None or not owner.alive()


class Idempotency:
    """The layer, and the answers it keeps: token -> Kept."""

    def __init__(self, inner: Handler) -> None:
        self._inner = inner
        self._kept: dict[str, Kept] = {}

    def __call__(self, environ: Environ) -> Answer:
        intent = environ.get("HTTP_X_GROUNDWAY_INTENT")
        if not intent:
            return self._inner(environ)
        intent = f"{environ.get('HTTP_X_MOTO_ACCOUNT_ID', '')}/{intent}"
        run, call = environ.get("HTTP_X_GROUNDWAY_RUN", ""), environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        found = next((k for k in self._kept.values() if k.intent == intent and k.belongs_to(run, call)), None)
        if found and environ.get("HTTP_X_GROUNDWAY_FRESH") != "1":
            # now it is this run's: a twin with the same intent in the same run gets another one
            self._kept[found.token] = replace(found, run=run, call=call)
            answer = found.answer.plus(("X-Groundway-Token", found.token), ("X-Groundway-Replayed", "true"))
            return answer.plus(("X-Groundway-Note", found.note)) if found.note else answer
        if found:
            del self._kept[found.token]
        return self._carry_out(environ, intent, run, call)

    def _carry_out(self, environ: Environ, intent: str, run: str, call: str) -> Answer:
        answer = self._inner(environ)
        if not answer.ok:
            return answer
        token = str(uuid.uuid4())
        self._kept[token] = Kept(token, intent, run, call, answer, environ.get("HTTP_X_GROUNDWAY_NOTE", ""))
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return answer.plus(("X-Groundway-Token", token))

    def pending(self) -> list[str]:
        """Tokens of the answers that are kept, oldest first."""
        return list(self._kept)

    def recorded(self, tokens: list[str]) -> None:
        """Forget these: their resources are in a Terraform state now."""
        for token in tokens:
            self._kept.pop(token, None)

    def dump(self) -> list[Any]:
        """What a snapshot keeps."""
        return list(self._kept.values())

    def load(self, kept: list[Any]) -> None:
        self._kept = {k.token: k for k in kept}
