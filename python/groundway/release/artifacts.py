"""Promoted models in an environment's own models bucket: what a release pins is there, whatever a registry does.

`releases/<model>/<digest>/<file>`, and `releases/<model>/<digest>.sig`, which is written last: where it is, all is.
"""

import base64
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import urlencode

from groundway import signing
from groundway.errors import GroundwayError, InvalidInput, Refused, Unavailable
from groundway.lineage import sha256
from groundway.platform import Platform, client
from groundway.registry import manifest
from groundway.release.model import ModelPin
from groundway.tags import CostTags

FOLDER = "releases"
GONE = ("404", "NoSuchKey")


def publish(platform: Platform, name: str, digest: str, directory: Path, signature: bytes, tags: CostTags) -> None:
    """Put the model in `directory` where releases of this environment find it; what is there already is not sent again.

    `digest`: sha256:<hex> of its files. Raises `Refused` when `directory` does not hold these, `Unavailable` when S3
    does not take them: the model is not there then, and publishing it again completes it.
    """
    platform.require(tags)
    prefix = _prefix(name, digest)
    manifest.verify(directory, _hex(digest), name)
    manifest.check_formats(directory)
    bucket = _Bucket(platform)
    for path in sorted(p for p in directory.rglob("*") if p.is_file()):
        with path.open("rb") as f:
            bucket.put(f"{prefix}/{path.relative_to(directory).as_posix()}", f, sha256(path), tags)
    bucket.put(f"{prefix}.sig", signature, hashlib.sha256(signature).hexdigest(), tags)


def exists(platform: Platform, name: str, digest: str) -> bool:
    """Whether the model was published here, in full."""
    return _Bucket(platform).head(f"{_prefix(name, digest)}.sig") is not None


def signature(platform: Platform, name: str, digest: str) -> bytes:
    """The signature that the model was published with. Raises `Refused` when it was not."""
    return _Bucket(platform).read(f"{_prefix(name, digest)}.sig")


def fetch(platform: Platform, name: str, pin: ModelPin, dest: Path) -> Path:
    """Download the pinned model into the new directory `dest` and return it.

    Raises `Refused`, naming the file, unless its digest is the pinned one and the pinned key signed it; `dest` does not
    exist then.
    """
    if dest.exists():
        raise InvalidInput(f"{dest} exists already; name a directory that does not")
    what = f"{name} version {pin.version} ({pin.digest[:19]})"
    signed = signature(platform, name, pin.digest)
    with _beside(dest) as fetched:
        _Bucket(platform).download(f"{_prefix(name, pin.digest)}/", fetched)
        manifest.verify(fetched, _hex(pin.digest), what)
        manifest.check_formats(fetched)
        signing.verify(fetched, signed, pin.signer, what)
        os.replace(fetched, dest)
    return dest


def _prefix(name: str, digest: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise InvalidInput(f"{name!r} is no name of a model that can be released: letters, digits, dot, - and _")
    return f"{FOLDER}/{name}/{_hex(digest)}"


def _hex(digest: str) -> str:
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
        raise InvalidInput(f"{digest!r} is no digest: sha256:<64 hex digits>")
    return digest.removeprefix("sha256:")


@contextmanager
def _beside(dest: Path) -> Iterator[Path]:
    """A new directory on the same disk as `dest`; it is gone in the end unless it was moved."""
    try:
        dest.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=dest.parent, prefix=".fetch-") as d:
            directory = Path(d) / "model"
            directory.mkdir()
            yield directory
    except OSError as e:
        raise GroundwayError(f"{dest} cannot be written: {e.strerror or e}") from None


class _Bucket:
    """The environment's bucket of models. Errors of S3 are ours."""

    def __init__(self, platform: Platform) -> None:
        self._bucket = platform.models
        self._s3 = client("s3", platform.region)

    def put(self, key: str, content: IO[bytes] | bytes, digest: str, tags: CostTags) -> None:
        """Write `content`, unless it is there already. S3 refuses it when something else than `digest` arrives."""
        checksum = base64.b64encode(bytes.fromhex(digest)).decode()
        if (self.head(key) or {}).get("ChecksumSHA256") == checksum:
            return
        with self._asking(key):
            self._s3.put_object(
                Bucket=self._bucket.name,
                Key=key,
                Body=content,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=checksum,
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=self._bucket.key_arn,
                Tagging=urlencode(tags.aws()),
            )

    def head(self, key: str) -> dict[str, Any] | None:
        """What S3 knows of an object; None when it is not there."""
        from botocore.exceptions import ClientError

        with self._asking(key):
            try:
                found: dict[str, Any] = self._s3.head_object(Bucket=self._bucket.name, Key=key, ChecksumMode="ENABLED")
                return found
            except ClientError as e:
                if e.response["Error"]["Code"] in GONE:
                    return None
                raise

    def read(self, key: str) -> bytes:
        with self._opened(key) as body:
            return bytes(body.read())

    def download(self, prefix: str, directory: Path) -> None:
        """All objects below `prefix`, as files in `directory`."""
        for key in self._keys(prefix):
            path = PurePosixPath(key.removeprefix(prefix))
            if path.is_absolute() or not path.parts or ".." in path.parts:
                raise Refused(f"{key} in bucket {self._bucket.name} is no file of a model. Nothing of it is used.")
            target = directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._opened(key) as body, target.open("xb") as f:
                shutil.copyfileobj(body, f)

    def _keys(self, prefix: str) -> list[str]:
        with self._asking(prefix):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket.name, Prefix=prefix)
            return [str(found["Key"]) for page in pages for found in page.get("Contents", [])]

    @contextmanager
    def _opened(self, key: str) -> Iterator[IO[bytes]]:
        with self._asking(key):
            yield self._s3.get_object(Bucket=self._bucket.name, Key=key)["Body"]

    @contextmanager
    def _asking(self, key: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as e:
            if e.response["Error"]["Code"] in GONE:
                raise Refused(f"{key} is not in bucket {self._bucket.name}: the model was not released there") from None
            raise Unavailable(f"S3 refused {key} in bucket {self._bucket.name}: {e}") from None
        except BotoCoreError as e:
            raise Unavailable(f"S3 cannot be asked for {key} in bucket {self._bucket.name}: {e}") from None
