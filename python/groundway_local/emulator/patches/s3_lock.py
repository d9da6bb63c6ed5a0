"""The default retention of a bucket with Object Lock may change while objects are in it; moto wants it empty."""

from typing import Any

from moto.s3.models import S3Backend

put = S3Backend.put_object_lock_configuration


def put_object_lock_configuration(
    self: Any, bucket_name: str, lock_enabled: bool, mode: Any = None, days: Any = None, years: Any = None
) -> None:
    bucket = self.get_bucket(bucket_name)
    if not bucket.object_lock_enabled:
        put(self, bucket_name, lock_enabled, mode, days, years)
        return
    bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = mode, days, years


def apply() -> None:
    S3Backend.put_object_lock_configuration = put_object_lock_configuration
