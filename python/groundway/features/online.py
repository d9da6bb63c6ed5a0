"""The online half: Feast's DynamoDB store on the ONE table that the stacks own.

Feast makes and deletes a table per view. Here the views share a table whose life is the stacks' business, and an item's
id says whose it is: `<project>/<view>/<key>=<value>&...`. The rest of an item is Feast's layout: `event_ts`, and
`values`, a map of feature -> serialized `feast.types.Value`.

A value is written only if it is not older than the one that is there; DynamoDB decides, so late or concurrent writers
cannot turn a value back.
"""

# ruff: noqa: ARG002 -- Feast prescribes the signatures
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from feast.infra.online_stores.dynamodb import DynamoDBOnlineStore, DynamoDBOnlineStoreConfig
from feast.protos.feast.types.Value_pb2 import Value

READ_LIMIT = 100  # keys in one BatchGetItem
DELETE_LIMIT = 25  # items in one BatchWriteItem
WRITERS = 8

Row = tuple[Any, dict[str, Any], datetime, datetime | None]


class SharedTableOnlineStoreConfig(DynamoDBOnlineStoreConfig):  # type: ignore[misc]  # Feast has no types
    type: Literal["groundway.features.online.SharedTableOnlineStore"] = (
        "groundway.features.online.SharedTableOnlineStore"
    )
    table: str


class SharedTableOnlineStore(DynamoDBOnlineStore):  # type: ignore[misc]  # Feast has no types
    """Feast calls these by their names and in this signature; see `feast.infra.online_stores.online_store`."""

    def update(
        self,
        config: Any,
        tables_to_delete: Sequence[Any],
        tables_to_keep: Sequence[Any],
        entities_to_delete: Sequence[Any],
        entities_to_keep: Sequence[Any],
        partial: bool,
    ) -> None:
        """Forget the values of deleted views. The table itself is neither made nor changed nor deleted."""
        for view in tables_to_delete:
            self.table(config).forget(prefix(config.project, view.name))

    def plan(self, config: Any, desired_registry_proto: Any) -> list[Any]:
        return []

    def teardown(self, config: Any, tables: Sequence[Any], entities: Sequence[Any]) -> None:
        for view in tables:
            self.table(config).forget(prefix(config.project, view.name))

    def online_write_batch(
        self, config: Any, table: Any, data: list[Row], progress: Callable[[int], Any] | None
    ) -> None:
        start = prefix(config.project, table.name)
        self.table(config).write((start + key_of(keys), values, at) for keys, values, at, _ in data)
        if progress:
            progress(len(data))

    async def online_write_batch_async(
        self, config: Any, table: Any, data: list[Row], progress: Callable[[int], Any] | None
    ) -> None:
        self.online_write_batch(config, table, data, progress)

    def online_read(
        self, config: Any, table: Any, entity_keys: list[Any], requested_features: list[str] | None = None
    ) -> list[tuple[datetime | None, dict[str, Any] | None]]:
        start = prefix(config.project, table.name)
        ids = [start + key_of(keys) for keys in entity_keys]
        found = self.table(config).read(ids)
        out: list[tuple[datetime | None, dict[str, Any] | None]] = []
        for i in ids:
            if (item := found.get(i)) is None:
                out.append((None, None))
                continue
            values = {f: Value.FromString(v["B"]) for f, v in item["values"]["M"].items()}
            wanted = {f: v for f, v in values.items() if requested_features is None or f in requested_features}
            out.append((datetime.fromisoformat(item["event_ts"]["S"]), wanted))
        return out

    async def online_read_async(
        self, config: Any, table: Any, entity_keys: list[Any], requested_features: list[str] | None = None
    ) -> list[tuple[datetime | None, dict[str, Any] | None]]:
        return self.online_read(config, table, entity_keys, requested_features)

    def table(self, config: Any) -> OnlineTable:
        """The shared table of a Feast configuration; its connections are kept."""
        if not hasattr(self, "_table"):
            self._table = OnlineTable(config.online_store.table, config.online_store.region)
        return self._table


class OnlineTable:
    """Reads and writes of items by id, in batches, with what DynamoDB leaves over asked again."""

    def __init__(self, name: str, region: str) -> None:
        self.name = name
        # Requests are built from checked values here, so botocore's own validation of each would only cost time.
        self._client = boto3.client(
            "dynamodb",
            region_name=region,
            config=Config(
                parameter_validation=False,
                max_pool_connections=WRITERS,
                retries={"mode": "standard", "max_attempts": 4},
            ),
        )

    def read(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Items in DynamoDB's own form by id; an id without an item is left out."""
        found: dict[str, dict[str, Any]] = {}
        for part in _parts(list(dict.fromkeys(ids)), READ_LIMIT):
            request = {self.name: {"Keys": [{"entity_id": {"S": i}} for i in part]}}
            while request:
                answer = self._client.batch_get_item(RequestItems=request)
                found.update((item["entity_id"]["S"], item) for item in answer["Responses"].get(self.name, ()))
                request = answer.get("UnprocessedKeys") or {}
        return found

    def write(self, rows: Iterable[tuple[str, Mapping[str, Any], datetime]]) -> None:
        """Store (id, feature -> feast Value, time) rows, each unless the item there is newer."""
        newest: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for i, values, at in rows:
            stamp = _stamp(at)
            if i not in newest or newest[i][0] <= stamp:
                newest[i] = (stamp, values)
        puts = [(i, stamp, values) for i, (stamp, values) in newest.items()]
        if len(puts) < WRITERS:
            for put in puts:
                self._put(put)
        else:
            with ThreadPoolExecutor(WRITERS) as pool:
                list(pool.map(self._put, puts))

    def _put(self, put: tuple[str, str, Mapping[str, Any]]) -> None:
        i, stamp, values = put
        try:
            self._client.put_item(
                TableName=self.name,
                Item={
                    "entity_id": {"S": i},
                    "event_ts": {"S": stamp},
                    "values": {"M": {f: {"B": v.SerializeToString()} for f, v in values.items()}},
                },
                ConditionExpression="attribute_not_exists(entity_id) OR event_ts <= :at",
                ExpressionAttributeValues={":at": {"S": stamp}},
            )
        except ClientError as e:
            if e.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def forget(self, start: str) -> None:
        """Delete the items whose id starts with `start`. Scans the table: for teardown, not for the serving path."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self.name,
            ProjectionExpression="entity_id",
            FilterExpression="begins_with(entity_id, :start)",
            ExpressionAttributeValues={":start": {"S": start}},
        )
        ids = [item["entity_id"] for page in pages for item in page["Items"]]
        for part in _parts(ids, DELETE_LIMIT):
            request = {self.name: [{"DeleteRequest": {"Key": {"entity_id": i}}} for i in part]}
            while request:
                request = self._client.batch_write_item(RequestItems=request).get("UnprocessedItems") or {}


def prefix(project: str, view: str) -> str:
    return f"{project}/{view}/"


def entity_key(keys: Mapping[str, Any]) -> str:
    """`key=value` pairs in the order of the keys' names, escaped so that different keys never give one id."""
    return "&".join(f"{k}={quote(str(v), safe='')}" for k, v in sorted(keys.items()))


def key_of(proto: Any) -> str:
    """`entity_key` of Feast's EntityKey."""
    values = (getattr(v, v.WhichOneof("val")) for v in proto.entity_values)
    return entity_key(dict(zip(proto.join_keys, values, strict=True)))


def value_of(content: bytes) -> Any:
    """The Python value of a serialized Feast value; None for one without a value."""
    value = Value.FromString(content)
    kind = value.WhichOneof("val")
    return getattr(value, kind) if kind else None


def _stamp(at: datetime) -> str:
    """UTC in one fixed width, so that strings compare as times do."""
    aware = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return aware.isoformat(timespec="microseconds")


def _parts(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (values[i : i + size] for i in range(0, len(values), size))
