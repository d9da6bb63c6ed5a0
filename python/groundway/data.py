"""Datasets: named tables in the data bucket, content-addressed and versioned.

    datasets/<name>/objects/<sha256>.parquet     one object a table; versions share what did not change
    datasets/<name>/versions/<version>.json      the manifest, written last: a version exists once its manifest does

The version is the hash of the manifest's content, so the same tables give the same version and nothing is stored twice.
"""

from __future__ import annotations

import hashlib
import io
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, ValidationError

from groundway.errors import InvalidInput, Refused, Unavailable
from groundway.platform import Platform, client
from groundway.tags import CostTags

if TYPE_CHECKING:
    import pyarrow as pa

VERSION_LENGTH = 16


class StoredTable(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    size: int
    rows: int
    columns: dict[str, str]


class DatasetVersion(BaseModel):
    """What a version of the dataset `name` consists of: table name -> object, bytes, rows, columns with Arrow types."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    tables: dict[str, StoredTable]


def land(
    platform: Platform,
    name: str,
    tables: Mapping[str, pa.Table],
    tags: CostTags,
    progress: Callable[[str], None] = lambda _: None,
) -> DatasetVersion:
    """Store `tables` as a version of the dataset `name` and return it; what is stored already is not sent again.

    Objects are encrypted with the platform's key and carry `tags`. Raises `InvalidInput` without tables or rows,
    `Unavailable` when S3 cannot be used.
    """
    _plain("dataset", name)
    if not tables:
        raise InvalidInput(f"dataset {name!r} has no tables")
    platform.require(tags)
    stored: dict[str, StoredTable] = {}
    s3 = client("s3", platform.region)
    for table_name, table in sorted(tables.items()):
        _plain("table", table_name)
        if table.num_rows == 0:
            raise InvalidInput(f"table {table_name!r} of dataset {name!r} is empty")
        content = parquet(table)
        described = StoredTable(
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            rows=table.num_rows,
            columns={f.name: str(f.type) for f in table.schema},
        )
        sent = _put_once(s3, platform, _object_key(name, described.sha256), content, tags)
        progress(f"{table_name}: {table.num_rows:,} rows, {len(content):,} bytes{'' if sent else ', stored already'}")
        stored[table_name] = described
    dataset = DatasetVersion(name=name, version=_version(name, stored), tables=stored)
    sent = _put_once(s3, platform, _manifest_key(name, dataset.version), dataset.model_dump_json().encode(), tags)
    progress(f"dataset {name} version {dataset.version}{'' if sent else ', landed already'}")
    return dataset


def read(
    platform: Platform, name: str, version: str, columns: Mapping[str, Sequence[str]] | None = None
) -> dict[str, pa.Table]:
    """The tables of a version; with `columns` only the tables named there, with only those columns.

    Every object read is checked against its hash first. Raises `Refused`, naming the object, for one that is missing,
    truncated or changed; `InvalidInput` for a version, table or column that does not exist.
    """
    import pyarrow.parquet as pq

    dataset = describe(platform, name, version)
    if unknown := [t for t in columns or () if t not in dataset.tables]:
        raise InvalidInput(f"dataset {name} {version} has no table {unknown[0]!r}; it has {', '.join(dataset.tables)}")
    s3 = client("s3", platform.region)
    tables = {}
    for table_name, stored in dataset.tables.items():
        if columns is not None and table_name not in columns:
            continue
        wanted = list(columns[table_name]) if columns is not None else None
        if unknown := [c for c in wanted or () if c not in stored.columns]:
            raise InvalidInput(f"table {table_name!r} has no column {unknown[0]!r}; it has {', '.join(stored.columns)}")
        content = _verified(s3, platform, name, table_name, stored)
        tables[table_name] = pq.read_table(io.BytesIO(content), columns=wanted)
    return tables


def describe(platform: Platform, name: str, version: str) -> DatasetVersion:
    """The manifest of a version. Raises `InvalidInput` when there is none, `Refused` when it was tampered with."""
    _plain("dataset", name)
    _plain("version", version)
    key = _manifest_key(name, version)
    where = f"s3://{platform.data.name}/{key}"
    with _s3(where):
        body = _get(client("s3", platform.region), platform.data.name, key)
    if body is None:
        known = ", ".join(d.version for d in versions(platform, name)) or "none"
        raise InvalidInput(f"dataset {name!r} has no version {version!r}; versions: {known}")
    return _parsed(body, name, version, where)


def versions(platform: Platform, name: str) -> list[DatasetVersion]:
    """The versions of a dataset in the order in which they were landed."""
    _plain("dataset", name)
    bucket, prefix = platform.data.name, f"datasets/{name}/versions/"
    s3 = client("s3", platform.region)
    with _s3(f"s3://{bucket}/{prefix}"):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        found = sorted((o["LastModified"], o["Key"]) for page in pages for o in page.get("Contents", ()))
        bodies = [(key, _get(s3, bucket, key)) for _, key in found]
    return [
        _parsed(body, name, key.removeprefix(prefix).removesuffix(".json"), f"s3://{bucket}/{key}")
        for key, body in bodies
        if body is not None
    ]


def parquet(table: pa.Table) -> bytes:
    """Deterministic Parquet: independent of the table's chunks and of the metadata that a library left on it."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    plain = table.replace_schema_metadata(None).combine_chunks()
    pq.write_table(plain, buffer, compression="zstd", row_group_size=131_072, store_schema=True)
    return buffer.getvalue()


def _version(name: str, tables: Mapping[str, StoredTable]) -> str:
    digest = hashlib.sha256(name.encode())
    for table, stored in sorted(tables.items()):
        digest.update(f"\n{table} {stored.model_dump_json()}".encode())
    return digest.hexdigest()[:VERSION_LENGTH]


def _parsed(body: bytes, name: str, version: str, where: str) -> DatasetVersion:
    try:
        dataset = DatasetVersion.model_validate_json(body)
    except ValidationError as e:
        raise Refused(f"{where} is not a manifest: {e.errors()[0]['msg']}. Land the dataset again.") from None
    if (dataset.name, dataset.version) != (name, version) or _version(name, dataset.tables) != version:
        raise Refused(f"{where} does not describe version {version} of {name}: it was changed. Land the dataset again.")
    return dataset


def _verified(s3: Any, platform: Platform, name: str, table: str, stored: StoredTable) -> bytes:
    key = _object_key(name, stored.sha256)
    where = f"s3://{platform.data.name}/{key} (table {table!r} of dataset {name!r})"
    mend = "Land the dataset again, or restore an earlier version of the object."
    with _s3(where):
        content = _get(s3, platform.data.name, key)
    if content is None:
        raise Refused(f"{where} is missing. {mend}")
    if len(content) != stored.size:
        raise Refused(f"{where} has {len(content):,} bytes instead of {stored.size:,}. {mend}")
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise Refused(f"{where} is corrupted: its content does not have the hash that it is named by. {mend}")
    return content


def _put_once(s3: Any, platform: Platform, key: str, content: bytes, tags: CostTags) -> bool:
    """Store `content` unless it is there, intact (S3 keeps a checksum); return whether it was sent."""
    from botocore.exceptions import ClientError

    bucket, checksum = platform.data, b64encode(hashlib.sha256(content).digest()).decode()
    with _s3(f"s3://{bucket.name}/{key}"):
        try:
            head = s3.head_object(Bucket=bucket.name, Key=key, ChecksumMode="ENABLED")
            if head.get("ChecksumSHA256") == checksum and head["ContentLength"] == len(content):
                return False
        except ClientError as e:
            if e.response["Error"]["Code"] not in ("404", "NoSuchKey", "NotFound"):
                raise
        s3.put_object(
            Bucket=bucket.name,
            Key=key,
            Body=content,
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=checksum,
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=bucket.key_arn,
            Tagging=urlencode(tags.aws()),
        )
    return True


def _get(s3: Any, bucket: str, key: str) -> bytes | None:
    from botocore.exceptions import ClientError

    try:
        content: bytes = s3.get_object(Bucket=bucket, Key=key, ChecksumMode="DISABLED")["Body"].read()
    except ClientError as e:
        if e.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    return content


@contextmanager
def _s3(where: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as e:
        raise Unavailable(f"cannot use {where}: {e}") from None


def _plain(what: str, name: str) -> None:
    """Names become parts of keys; a slash or a dot-dot would lead out of the dataset's folder."""
    if not name or not all(c.isalnum() or c in "-_" for c in name):
        raise InvalidInput(f"{what} {name!r}: use letters, digits, - and _")


def _object_key(name: str, sha256: str) -> str:
    return f"datasets/{name}/objects/{sha256}.parquet"


def _manifest_key(name: str, version: str) -> str:
    return f"datasets/{name}/versions/{version}.json"
