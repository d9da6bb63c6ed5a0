"""How the emulator's memory is written down and read back: pickle, taught what moto's backends hold besides data."""

import collections
import pickle
import threading
import weakref
from typing import IO, Any

import cloudpickle
from cryptography import x509
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from moto.backends import get_backend
from moto.core.base_backend import AccountSpecificBackend, BackendDict

LOCKS = {type(threading.Lock()): threading.Lock, type(threading.RLock()): threading.RLock}
PLAIN = (dict, collections.defaultdict, collections.Counter)


class Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle carries no types
    """Writes locks as new locks, keys and certificates as PEM, and what leads back to moto's registries by name."""

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if kind in LOCKS:
            return LOCKS[kind], ()
        if kind is threading.Event:
            return threading.Event, ()
        if isinstance(obj, AccountSpecificBackend):
            return account_backends, (obj.service_name, obj.account_id)
        if isinstance(obj, BackendDict):
            return get_backend, (obj.service_name,)
        if isinstance(obj, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            return private_key, (obj.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()),)
        if isinstance(obj, x509.Certificate):
            return certificate, (obj.public_bytes(s.Encoding.PEM),)
        if isinstance(obj, weakref.WeakValueDictionary | weakref.WeakKeyDictionary):
            return weak_dictionary, (kind, dict(obj))
        if isinstance(obj, weakref.ReferenceType):
            return weak_reference, (obj(),)
        if isinstance(obj, dict) and not isinstance(obj, collections.OrderedDict) and kind not in PLAIN:
            factory = getattr(obj, "default_factory", None)
            return new_dictionary, (kind, factory), (dict(dict.items(obj)), vars(obj)), None, None, fill
        return super().reducer_override(obj)


def dump(value: object, file: IO[bytes]) -> None:
    Pickler(file, protocol=pickle.HIGHEST_PROTOCOL).dump(value)


def load(data: bytes) -> Any:
    """Only ever called with what this user's emulator wrote, in a file that only this user can write."""
    return pickle.loads(data)  # noqa: S301


def account_backends(service: Any, account: str) -> Any:
    return get_backend(service)[account]


def private_key(pem: bytes) -> Any:
    return s.load_pem_private_key(pem, None)


def certificate(pem: bytes) -> Any:
    return x509.load_pem_x509_certificate(pem)


def weak_dictionary(kind: Any, items: dict[Any, Any]) -> Any:
    made = kind()
    made.update(items)
    return made


def weak_reference(target: Any) -> Any:
    return weakref.ref(target) if target is not None else weakref.ref(threading.Event())


def new_dictionary(kind: Any, factory: Any) -> Any:
    made = kind.__new__(kind)
    if isinstance(made, collections.defaultdict):
        made.default_factory = factory
    return made


def fill(made: Any, state: tuple[dict[Any, Any], dict[str, Any]]) -> None:
    """Past the class's own accessors: S3's show the newest version of an object only."""
    content, attributes = state
    dict.update(made, content)
    vars(made).update(attributes)
