"""A bucket is reached by its own account alone (MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS, see layers.py).

moto then answers "access denied" to the account that wants to make a bucket of a name that another one has.
"""

from typing import Any

from moto.s3.exceptions import BucketAlreadyExists, BucketError
from moto.s3.models import S3Backend, s3_backends

create_bucket = S3Backend.create_bucket


class Taken(BucketError):  # type: ignore[misc]  # moto carries no types
    """BucketAlreadyExists, which moto would take as "it may be our own"."""

    code = BucketAlreadyExists.code


def create_own_bucket(self: Any, bucket_name: str, *arguments: Any, **named: Any) -> Any:
    _, owner = s3_backends.bucket_accounts.get(bucket_name, ("", self.account_id))
    if owner != self.account_id:
        raise Taken(BucketAlreadyExists(bucket_name).message)
    return create_bucket(self, bucket_name, *arguments, **named)


def apply() -> None:
    S3Backend.create_bucket = create_own_bucket
