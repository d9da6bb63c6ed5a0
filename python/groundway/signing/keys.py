"""The keys that an environment signs with: one for its models, one for its evidence. `groundway bootstrap` makes them.

The private half is a secret, the public half a parameter that whoever verifies reads. Nothing here prints a private
key, and no error carries one.
"""

import base64
import hashlib
from typing import Any, Literal, get_args

from groundway.errors import InvalidInput, Refused, Unavailable
from groundway.platform import client

Purpose = Literal["models", "evidence"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


def secret_name(environment: str, purpose: Purpose) -> str:
    return f"groundway/{environment}/signing/{purpose}"


def parameter_name(environment: str, purpose: Purpose) -> str:
    return f"/groundway/{environment}/signing/{purpose}"


def generate(purpose: Purpose) -> str:
    """A new private key, PKCS #8 PEM: ECDSA on P-256 for models (what `model_signing` knows), ed25519 for evidence."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    made = ec.generate_private_key(ec.SECP256R1()) if purpose == "models" else ed25519.Ed25519PrivateKey.generate()
    return made.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()).decode()


def public_of(private_pem: str) -> str:
    """The public half: SubjectPublicKeyInfo, DER, base64. Raises `InvalidInput` for what is no private key."""
    from cryptography.hazmat.primitives import serialization as form

    info = private_key(private_pem).public_key()
    return base64.b64encode(info.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)).decode()


def private_key(pem: str) -> Any:
    """The key in `pem`, as `cryptography` knows it."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InvalidInput("the signing key is no private key in PEM without a password") from None


def fingerprint(public: str) -> str:
    """What people compare: the start of the SHA-256 of a public key."""
    return hashlib.sha256(public.encode()).hexdigest()[:12]


def key(environment: str, purpose: Purpose) -> str:
    """The private key, PEM. Raises `Unavailable` where there is none, or none that these credentials may read."""
    name = secret_name(environment, purpose)
    found = _ask("secretsmanager", "get_secret_value", "ResourceNotFoundException", name, SecretId=name)
    if found is None:
        raise Unavailable(f"there is no secret {name} to sign with: groundway bootstrap {environment}")
    return str(found["SecretString"])


def public(environment: str, purpose: Purpose) -> str | None:
    """The public key that `environment` publishes; None where nothing is signed yet."""
    name = parameter_name(environment, purpose)
    found = _ask("ssm", "get_parameter", "ParameterNotFound", name, Name=name)
    return str(found["Parameter"]["Value"]) if found else None


def signer(environment: str, purpose: Purpose) -> str | None:
    """The private key, PEM, where the environment publishes its public half; else None: nothing is signed there yet.

    Raises `Refused` when the two are no pair, so that nothing is signed that nobody could verify.
    """
    published = public(environment, purpose)
    if published is None:
        return None
    private = key(environment, purpose)
    if public_of(private) != published:
        raise Refused(
            f"secret {secret_name(environment, purpose)} is not the key that {parameter_name(environment, purpose)} "
            f"publishes: groundway bootstrap {environment}"
        )
    return private


def _ask(service: str, operation: str, missing: str, name: str, **arguments: Any) -> dict[str, Any] | None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: dict[str, Any] = getattr(client(service), operation)(**arguments)
        return answer
    except ClientError as e:
        if e.response["Error"]["Code"] == missing:
            return None
        raise Unavailable(f"AWS refused {operation} of {name}: {e}") from None
    except BotoCoreError as e:
        raise Unavailable(f"AWS cannot be asked for {name}: {e}. Set credentials and AWS_DEFAULT_REGION.") from None
