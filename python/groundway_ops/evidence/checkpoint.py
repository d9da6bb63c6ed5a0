"""A checkpoint: what the log was at one size, signed. As in C2SP's tlog-checkpoint, here as a JSON document."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from groundway_ops.evidence.canonical import canonical, parse
from groundway_ops.evidence.keys import Signer, verifies
from groundway_ops.evidence.merkle import Frontier
from groundway_ops.evidence.retention import Retention

PURPOSE = b"groundway evidence checkpoint 1\n"
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Checkpoint(BaseModel):
    """`frontier`: roots of the perfect subtrees, which `root` is made of. Hashes are hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    origin: str
    """The log: environment/bucket."""
    size: Annotated[int, Field(ge=1)]
    """How many entries it is over."""
    root: Hash
    """Of the Merkle tree over them."""
    frontier: tuple[Hash, ...]
    """What the next checkpoint can be made from without reading the entries again."""
    previous: Annotated[int, Field(ge=0)]
    """Size of the checkpoint that it was made from; 0 for the first."""
    retention: Retention | None
    """How the entries since then were locked."""
    time: AwareDatetime
    """When it was signed, by S3's clock."""
    key: str
    """The public key: SubjectPublicKeyInfo, base64."""
    signature: str
    """Over all the other fields, base64."""

    @model_validator(mode="after")
    def _root_of_its_frontier(self) -> Self:
        if self.tree.root.hex() != self.root:
            raise ValueError("root and frontier are not of one tree")
        return self

    @classmethod
    def sign(
        cls,
        origin: str,
        tree: Frontier,
        previous: int,
        retention: Retention | None,
        time: datetime,
        signer: Signer,
    ) -> Checkpoint:
        unsigned = cls.model_validate(
            {
                "origin": origin,
                "size": tree.size,
                "root": tree.root.hex(),
                "frontier": [h.hex() for h in tree.hashes],
                "previous": previous,
                "retention": retention,
                "time": time,
                "key": signer.public,
                "signature": "",
            }
        )
        return unsigned.model_copy(update={"signature": signer.sign(unsigned._signed())})

    @classmethod
    def read(cls, raw: bytes, origin: str, public: str, size: int | None = None) -> Checkpoint:
        """The checkpoint in `raw`. Raises `ValueError`, saying why, when `public` did not sign it for this log."""
        try:
            checkpoint = cls.model_validate_json(canonical(parse(raw)))
        except ValidationError as e:
            raise ValueError(f"it is no checkpoint: {e.errors()[0]['msg']}") from None
        if not verifies(public, checkpoint.signature, checkpoint._signed()):
            raise ValueError("its signature is not of the environment's key")
        if checkpoint.raw != raw:
            raise ValueError("it is no checkpoint: it was written otherwise")
        if checkpoint.origin != origin:
            raise ValueError(f"it is of {checkpoint.origin}, not of {origin}")
        if size not in (None, checkpoint.size):
            raise ValueError(f"it is over {checkpoint.size} entries")
        return checkpoint

    @property
    def tree(self) -> Frontier:
        return Frontier(self.size, tuple(bytes.fromhex(h) for h in self.frontier))

    @property
    def raw(self) -> bytes:
        """Its bytes, in the bucket and in an auditor's file."""
        return canonical(self._document())

    def _signed(self) -> bytes:
        return PURPOSE + canonical({k: v for k, v in self._document().items() if k != "signature"})

    def _document(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
