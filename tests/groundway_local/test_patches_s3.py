"""A bucket policy's statements decide, unless they have a condition, which the emulator cannot judge."""

import json

import pytest
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from groundway_local.emulator.patches import s3

DENY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}
TLS = {**DENY, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([TLS], PermissionResult.NEUTRAL),
        (TLS, PermissionResult.NEUTRAL),
        ([DENY], PermissionResult.DENIED),
        ([TLS, DENY], PermissionResult.DENIED),
        ([], PermissionResult.NEUTRAL),
    ],
)
def test_statements_decide(statements: object, expected: PermissionResult) -> None:
    bucket = FakeBucket("b", "111111111111", "eu-west-1")
    bucket.policy = json.dumps({"Version": "2012-10-17", "Statement": statements}).encode()
    assert s3.get_permission(bucket, "s3:GetObject", "arn:aws:s3:::b/x") == expected


def test_no_policy_is_neutral() -> None:
    assert s3.get_permission(FakeBucket("b", "1", "eu-west-1"), "s3:GetObject", "arn:aws:s3:::b/x") == (
        PermissionResult.NEUTRAL
    )
