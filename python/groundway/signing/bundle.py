"""A signature over all files of a directory, in the format of OpenSSF model signing: see docs/signing.md.

A Sigstore bundle holds a DSSE envelope, which holds an in-toto statement, which lists each file with its SHA-256. Read
stricter than the format allows: one signature, whole files, and no file that it passes over.
"""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from groundway.errors import InvalidInput, Refused
from groundway.lineage import sha256
from groundway.signing.keys import fingerprint, private_key

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://model_signing/signature/v1.0"

Files = dict[str, str]


def sign(directory: Path, private_pem: str) -> bytes:
    """The signature of `directory` by an ECDSA P-256 key. Raises `InvalidInput` for another key, or a symbolic link."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = private_key(private_pem)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
        raise InvalidInput("models are signed with an ECDSA key on P-256; this key is another one")
    payload = json.dumps(_statement(directory.resolve().name, _files(directory)), indent=1).encode()
    pem = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    signature = private.sign(_pae(payload), ec.ECDSA(hashes.SHA256()))
    bundle = {
        "mediaType": BUNDLE,
        "verificationMaterial": {"publicKey": {"hint": hashlib.sha256(pem).hexdigest()}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD,
            "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}],
        },
    }
    return json.dumps(bundle, indent=1).encode()


def verify(directory: Path, signature: bytes, public: str, what: str) -> None:
    """Raise `Refused`, naming the file, unless `signature` is of `public` and of exactly the files in `directory`.

    `public`: SubjectPublicKeyInfo, DER, base64. `what` names the model in the error.
    """
    signed, found = signed_by(signature, public, what), _files(directory)
    for name in sorted(signed.keys() | found.keys()):
        if signed.get(name) == found.get(name):
            continue
        how = "is missing" if name not in found else "was added" if name not in signed else "was changed"
        raise Refused(f"{what} is not what was signed: {name} {how}. It is not used.")


def signed_by(signature: bytes, public: str, what: str) -> Files:
    """Path -> SHA-256 of each file that `signature` vouches for. Raises `Refused` unless it is of `public`."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = _public(public)
    try:
        payload, sig = _opened(signature)
        key.verify(sig, _pae(payload), ec.ECDSA(hashes.SHA256()))
        return _listed(json.loads(payload))
    except InvalidSignature:
        raise Refused(f"{what} is not signed by the key {fingerprint(public)}. It is not used.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused(f"{what}: its signature cannot be read, or is of another kind. It is not used.") from None


def _public(text: str) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise InvalidInput(f"{text[:40]!r} is no public key that models are signed with (P-256, DER, base64)")
    return key


def _opened(signature: bytes) -> tuple[bytes, bytes]:
    """Payload and signature of a bundle. Raises ValueError and its like for anything else."""
    bundle = json.loads(signature)
    envelope = bundle["dsseEnvelope"]
    if bundle["mediaType"] != BUNDLE or envelope["payloadType"] != PAYLOAD or len(envelope["signatures"]) != 1:
        raise ValueError
    return _decoded(envelope["payload"]), _decoded(envelope["signatures"][0]["sig"])


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _pae(payload: bytes) -> bytes:
    """What is signed: DSSE's encoding of the payload and its type."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD), PAYLOAD.encode(), len(payload), payload)


def _statement(name: str, files: Files) -> dict[str, Any]:
    root = hashlib.sha256(b"".join(bytes.fromhex(digest) for digest in files.values())).hexdigest()
    return {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": root}}],
        "predicateType": PREDICATE,
        "predicate": {
            "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": False},
            "resources": [{"name": n, "algorithm": "sha256", "digest": digest} for n, digest in files.items()],
        },
    }


def _listed(statement: dict[str, Any]) -> Files:
    predicate = statement["predicate"]
    resources, how = predicate["resources"], predicate["serialization"]
    kind = (statement["_type"], statement["predicateType"], how["method"], how["hash_type"])
    if kind != (STATEMENT, PREDICATE, "files", "sha256") or {r["algorithm"] for r in resources} != {"sha256"}:
        raise ValueError
    files = {str(r["name"]): str(r["digest"]) for r in resources}
    if len(files) != len(resources):
        raise ValueError
    return files


def _files(directory: Path) -> Files:
    """Path -> SHA-256 of every file, in alphabetical order."""
    files = {}
    for path in directory.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise InvalidInput(f"{path} is neither a file nor a directory")
        if path.is_file():
            files[path.relative_to(directory).as_posix()] = sha256(path)
    if not files:
        raise InvalidInput(f"{directory} holds no file: there is nothing to sign")
    return dict(sorted(files.items()))
