"""Signatures of model directories, by a key of each environment: who made these very files?"""

from groundway.signing.bundle import sign, signed_by, verify
from groundway.signing.keys import (
    PURPOSES,
    Purpose,
    fingerprint,
    generate,
    key,
    parameter_name,
    public,
    public_of,
    secret_name,
    signer,
)

__all__ = [
    "PURPOSES",
    "Purpose",
    "fingerprint",
    "generate",
    "key",
    "parameter_name",
    "public",
    "public_of",
    "secret_name",
    "sign",
    "signed_by",
    "signer",
    "verify",
]
