"""Who on this machine may steer the server: take up another model, or let a candidate take over by weight."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from groundway.errors import InvalidInput
from groundway.release import ModelPin
from groundway.release.model import Digest
from groundway.serving.engine import Engine
from groundway.serving.lifecycle import Lifecycle

LOOPBACK = ("127.", "::1", "::ffff:127.")
FORM = '{"candidate": <pin>, "weight": 0.1}, {"weight": 0.5}, {"promote": "sha256:..."} or {"drop": "sha256:..."}'


class Change(BaseModel):
    """One change of the variants. Each may be sent again: what is so already stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidate: ModelPin | None = None
    weight: float | None = Field(None, ge=0, le=1)
    promote: Digest | None = None
    drop: Digest | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [k for k in ("candidate", "promote", "drop") if getattr(self, k) is not None]
        alone = self.weight is None or given in ([], ["candidate"])
        if not self.model_fields_set or len(given) > 1 or not alone or (not given and self.weight is None):
            raise ValueError(f"send {FORM}")
        return self


def parse(body: bytes) -> Change:
    """Raises `InvalidInput`, naming the field."""
    try:
        return Change.model_validate_json(body)
    except ValidationError as e:
        first = e.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the body"
        raise InvalidInput(f"{where}: {first['msg']}; expected {FORM}") from None


async def apply(change: Change, lifecycle: Lifecycle) -> None:
    """Raises `Refused` for what does not fit what is served, or for a model that was tampered with."""
    if change.candidate:
        await lifecycle.candidate(change.candidate, change.weight)
    elif change.promote:
        await lifecycle.promote(change.promote.removeprefix("sha256:"))
    elif change.drop:
        await lifecycle.drop(change.drop.removeprefix("sha256:"))
    elif change.weight is not None:
        await lifecycle.shift(change.weight)


def local(host: str | None) -> bool:
    """Whether a client at that address is on this machine."""
    return host is not None and host.startswith(LOOPBACK)


def shown(lifecycle: Lifecycle, scores: bool) -> dict[str, Any]:
    """The variants, the candidate last, with what each answered since its share was changed.

    Latency in seconds, None before the first answer. `scores`: a sample of them too.
    """
    variants = lifecycle.variants
    return {
        "model": lifecycle.settings.model,
        "variants": [_variant(e, share, e is variants.candidate, scores) for e, share in variants],
    }


def _variant(engine: Engine, share: float, candidate: bool, scores: bool) -> dict[str, Any]:
    model, window = engine.serving.model, engine.window
    return {
        "version": model.version,
        "digest": f"sha256:{model.digest}",
        "weight": share,
        "candidate": candidate,
        "since": window.since.isoformat(),
        "requests": window.requests,
        "errors": window.errors,
        "rejected": window.rejected,
        "latency_p95": window.latency_p95(),
        **({"scores": window.scores.values().tolist()} if scores else {}),
    }
