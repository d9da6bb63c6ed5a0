"""An entry: an event at its index, signed, so that only whoever has the key can add one."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from groundway_ops.evidence import merkle
from groundway_ops.evidence.canonical import canonical, parse
from groundway_ops.evidence.event import Event
from groundway_ops.evidence.keys import Signer, verifies

PURPOSE = b"groundway evidence entry 1\n"  # a signature for one purpose is none for another


class Entry(BaseModel):
    """`index` counts from 0. `origin`: the log that it was signed for. `signature`: ed25519, base64."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: int
    origin: str
    event: Event
    signature: str

    @classmethod
    def sign(cls, index: int, origin: str, event: Event, signer: Signer) -> Entry:
        unsigned = cls(index=index, origin=origin, event=event, signature="")
        return unsigned.model_copy(update={"signature": signer.sign(unsigned._signed())})

    @classmethod
    def read(cls, raw: bytes, index: int, origin: str, public: str) -> Entry:
        """The entry in `raw`. Raises `ValueError`, saying why, for anything but what `public` signed for this place."""
        try:
            entry = cls.model_validate_json(canonical(parse(raw)))
        except ValidationError as e:
            raise ValueError(f"it is no entry: {e.errors()[0]['msg']}") from None
        if entry.raw != raw:
            raise ValueError("it is no entry: it was written otherwise")
        if (entry.index, entry.origin) != (index, origin):
            raise ValueError(f"it is entry {entry.index} of {entry.origin}")
        if not verifies(public, entry.signature, entry._signed()):
            raise ValueError("its signature is not of the environment's key")
        return entry

    @property
    def raw(self) -> bytes:
        """Its bytes in the log."""
        return canonical(self._document())

    @property
    def leaf(self) -> str:
        """Its hash in the Merkle tree, hexadecimal."""
        return merkle.leaf(self.raw).hex()

    def _signed(self) -> bytes:
        return PURPOSE + canonical({k: v for k, v in self._document().items() if k != "signature"})

    def _document(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
