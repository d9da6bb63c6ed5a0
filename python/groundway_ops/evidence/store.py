"""The objects of a log in its bucket: written once, never over another one. S3 shows at once what was written."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

from groundway.errors import Unavailable
from groundway.platform import client
from groundway_ops.evidence.place import DENIED, PREFIX, Forbidden, NoEvidence, Place
from groundway_ops.evidence.retention import Retention

SKEW = timedelta(minutes=5)  # by which clocks may differ from S3's
READERS = 8  # objects read at once
ATTEMPTS = 5  # at a write that S3 breaks off because another one is under way
TAKEN = "PreconditionFailed"
UNDER_WAY = "ConditionalRequestConflict"


@dataclass(frozen=True)
class Lock:
    """Object Lock: `mode` is GOVERNANCE or COMPLIANCE."""

    mode: str
    until: datetime


@dataclass(frozen=True)
class Stored:
    body: bytes
    modified: datetime
    lock: Lock | None


@dataclass(frozen=True)
class Version:
    """One version of an object, or a marker that says it was deleted."""

    key: str
    id: str
    marker: bool


class Store:
    """`Unavailable` for what AWS refuses; `NoEvidence` where there is no bucket."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._date: str | None = None

    @cached_property
    def _s3(self) -> Any:
        return client("s3", self.place.region)

    @property
    def now(self) -> datetime:
        """The time by S3's clock, as of its last answer; ours where it told none."""
        return parsedate_to_datetime(self._date).astimezone(UTC) if self._date else datetime.now(UTC)

    def put(self, key: str, body: bytes) -> bool:
        """Write an object that is not there yet. False: there is one, which stays as it is."""
        for attempt in range(ATTEMPTS):
            failed = self._call("put_object", TAKEN, UNDER_WAY, Key=PREFIX + key, Body=body, IfNoneMatch="*")[1]
            if failed != UNDER_WAY:
                return failed is None
            time.sleep(0.1 * 2**attempt)
        raise Unavailable(f"s3://{self.place.bucket}/{PREFIX}{key} is being written by somebody else; run this again")

    def get(self, key: str) -> Stored | None:
        """An object; None when there is none."""
        found, failed = self._call("get_object", "NoSuchKey", Key=PREFIX + key)
        if failed:
            return None
        mode, until = found.get("ObjectLockMode"), found.get("ObjectLockRetainUntilDate")
        return Stored(found["Body"].read(), found["LastModified"], Lock(mode, until) if mode and until else None)

    def get_all(self, keys: Sequence[str]) -> list[Stored | None]:
        with ThreadPoolExecutor(READERS) as pool:
            return list(pool.map(self.get, keys))

    def keys(self, folder: str, after: str = "") -> list[str]:
        """What lies in a folder, in order; `after`: only what sorts after that key."""
        more = {"StartAfter": PREFIX + after} if after else {}
        found: list[str] = []
        while True:
            page, _ = self._call("list_objects_v2", Prefix=f"{PREFIX}{folder}", **more)
            found += [one["Key"].removeprefix(PREFIX) for one in page.get("Contents", [])]
            if not page.get("IsTruncated"):
                return found
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def versions(self) -> Iterator[Version]:
        """Every version of every object under the prefix, deleted ones too."""
        more: dict[str, str] = {}
        while True:
            page, _ = self._call("list_object_versions", Prefix=PREFIX, **more)
            for kind, marker in (("Versions", False), ("DeleteMarkers", True)):
                for one in page.get(kind, []):
                    yield Version(one["Key"].removeprefix(PREFIX), one["VersionId"], marker)
            if not page.get("IsTruncated"):
                return
            more = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}

    def retention(self) -> Retention | None:
        """How the bucket locks what is written to it; None when it does not."""
        found, failed = self._call("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError")
        rule = {} if failed else found["ObjectLockConfiguration"].get("Rule", {}).get("DefaultRetention", {})
        days = rule.get("Days") or 365 * (rule.get("Years") or 0)
        return Retention(mode=rule["Mode"], days=days) if rule.get("Mode") and days else None

    def _call(self, operation: str, *expected: str, **arguments: Any) -> tuple[dict[str, Any], str | None]:
        """(answer, None), or ({}, error code) for one of the `expected` errors."""
        from botocore.exceptions import BotoCoreError, ClientError

        bucket = self.place.bucket
        try:
            call = getattr(self._s3, operation)
            answer = call(Bucket=bucket, ExpectedBucketOwner=self.place.account, **arguments)
        except ClientError as e:
            code = e.response["Error"]["Code"]
            if code in expected:
                return {}, code
            if code == "NoSuchBucket":
                raise NoEvidence(
                    f"{self.place.environment} keeps no evidence: there is no bucket {bucket}. "
                    f"Deploy first: cdktf deploy '{self.place.environment}-*'"
                ) from None
            kind = Forbidden if code in DENIED else Unavailable
            raise kind(f"S3 refused {operation} in bucket {bucket}: {e}") from None
        except BotoCoreError as e:
            raise Unavailable(
                f"the evidence in bucket {bucket} cannot be reached: {e}. For the local cloud: groundway local up, "
                'then eval "$(groundway local env ENV)"; for AWS: set credentials and AWS_DEFAULT_REGION.'
            ) from None
        self._date = answer["ResponseMetadata"]["HTTPHeaders"].get("date", self._date)
        return answer, None
