"""Somebody who may do everything with the bucket, locks included, but has no signing key unless it is given."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3

from groundway_ops.evidence.place import PREFIX


@dataclass(frozen=True)
class Intruder:
    bucket: str

    @property
    def s3(self) -> Any:
        return boto3.client("s3")

    def read(self, key: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket=self.bucket, Key=PREFIX + key)["Body"].read()
        return body

    def write(self, key: str, body: bytes) -> None:
        """Over what is there: a second version."""
        self.s3.put_object(Bucket=self.bucket, Key=PREFIX + key, Body=body)

    def hide(self, key: str) -> None:
        """Delete it as anybody does: a marker."""
        self.s3.delete_object(Bucket=self.bucket, Key=PREFIX + key)

    def remove(self, key: str) -> None:
        """Delete it without a trace."""
        found = self.s3.list_object_versions(Bucket=self.bucket, Prefix=PREFIX + key)
        for one in (*found.get("Versions", ()), *found.get("DeleteMarkers", ())):
            self.s3.delete_object(
                Bucket=self.bucket, Key=one["Key"], VersionId=one["VersionId"], BypassGovernanceRetention=True
            )

    def replace(self, key: str, body: bytes) -> None:
        """Write it anew without a trace of what it was."""
        self.remove(key)
        self.write(key, body)

    def keys(self, folder: str) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=PREFIX + folder).get("Contents", [])
        return [one["Key"].removeprefix(PREFIX) for one in found]

    def shorten(self, key: str, until: datetime) -> None:
        self.s3.put_object_retention(
            Bucket=self.bucket,
            Key=PREFIX + key,
            Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until},
            BypassGovernanceRetention=True,
        )
