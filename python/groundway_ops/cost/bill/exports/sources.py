"""Where exports lie: a folder of this machine, or a bucket. Either lists its files and makes one readable by DuckDB."""

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from groundway.errors import InvalidInput, Unavailable

CHUNK = 8 << 20  # bytes


@dataclass(frozen=True)
class File:
    """`name` is relative to the source. `written`: when, if the source knows it; `stamp` changes with the content."""

    name: str
    size: int
    stamp: str
    written: datetime | None = None


class Source(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def together(self) -> bool:
        """Whether all files can be read at once; else one after the other, to need little disk."""

    def files(self) -> list[File]: ...

    def text(self, file: File) -> str:
        """The whole of a small file."""

    def version(self, file: File) -> str:
        """What tells the content from another: the same for the same bytes."""

    @contextmanager
    def local(self, file: File, place: Path) -> Iterator[Path]:
        """The file at `place`. Raises `InvalidInput` if it is no longer what was listed."""


def source(said: str) -> Source:
    """Of `s3://bucket/prefix`, or a folder. Raises `InvalidInput` if it cannot hold exports."""
    if re.search(r"/billing_period=[^/]*/?$|/(data|metadata)/?$", said, re.IGNORECASE):
        raise InvalidInput(
            f"{said} is a part of an export; name the export's own folder, which holds data and metadata"
        )
    if match := re.fullmatch(r"s3://([^/]+)/?(.*)", said):
        return Bucket(said.rstrip("/"), match[1], match[2].strip("/"))
    if "://" in said:
        raise InvalidInput(f"{said}: exports are read from a folder or from s3://bucket/prefix")
    if not Path(said).is_dir():
        raise InvalidInput(f"there is no folder {said}; exports are read from a folder or from s3://bucket/prefix")
    return Folder(str(Path(said).resolve()))


@dataclass(frozen=True)
class Folder:
    name: str
    together: bool = True

    def files(self) -> list[File]:
        root = Path(self.name)
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        names = [(path.relative_to(root).as_posix(), path) for path in paths]
        return [
            File(name, path.stat().st_size, _stamp(path))
            for name, path in names
            if not any(step.startswith(".") for step in name.split("/"))
        ]

    def text(self, file: File) -> str:
        return (Path(self.name) / file.name).read_text("utf-8-sig")

    def version(self, file: File) -> str:
        with (Path(self.name) / file.name).open("rb") as read:
            return hashlib.file_digest(read, "sha256").hexdigest()

    @contextmanager
    def local(self, file: File, place: Path) -> Iterator[Path]:
        path = Path(self.name) / file.name
        place.symlink_to(path)  # a name of our own: DuckDB would take `[` and `*` in another's for a pattern
        try:
            yield place
            if not path.exists() or _stamp(path) != file.stamp:
                raise _changed(file)
        finally:
            place.unlink(missing_ok=True)


@dataclass(frozen=True)
class Bucket:
    """Through boto3, so `AWS_ENDPOINT_URL` leads to the emulator."""

    name: str
    bucket: str
    prefix: str
    together: bool = False

    def files(self) -> list[File]:
        with _reaching(self.name):
            pages = _client().get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self._key(""))
            found = [entry for page in pages for entry in page.get("Contents", [])]
        skip = len(self._key(""))
        return [
            File(entry["Key"][skip:], entry["Size"], entry["ETag"], entry["LastModified"])
            for entry in found
            if not entry["Key"].endswith("/")
        ]

    def text(self, file: File) -> str:
        with _reaching(f"{self.name}/{file.name}"):
            body: bytes = self._get(file)["Body"].read()
        return body.decode("utf-8-sig")

    def version(self, file: File) -> str:
        return file.stamp

    @contextmanager
    def local(self, file: File, place: Path) -> Iterator[Path]:
        try:
            with _reaching(f"{self.name}/{file.name}"), place.open("wb") as write:
                shutil.copyfileobj(self._get(file)["Body"], write, CHUNK)
            if place.stat().st_size != file.size:
                raise _changed(file)
            yield place
        finally:
            place.unlink(missing_ok=True)

    def _get(self, file: File) -> Any:
        from botocore.exceptions import ClientError

        try:
            return _client().get_object(Bucket=self.bucket, Key=self._key(file.name), IfMatch=file.stamp)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("PreconditionFailed", "412", "NoSuchKey"):
                raise _changed(file) from None
            raise

    def _key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name


def _client() -> Any:
    import boto3

    return boto3.client("s3")


@contextmanager
def _reaching(what: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise InvalidInput(f"{what}: there is no such bucket") from None
        raise Unavailable(f"{what}: {error}") from None
    except (BotoCoreError, HTTPError) as error:
        raise Unavailable(f"{what}: {error}") from None


def _stamp(path: Path) -> str:
    return f"{path.stat().st_size}-{path.stat().st_mtime_ns}"


def _changed(file: File) -> InvalidInput:
    return InvalidInput(f"{file.name} changed while it was read: wait until the export is written, then run again")
