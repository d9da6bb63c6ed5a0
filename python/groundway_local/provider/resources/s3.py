"""Buckets and what configures them."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Arguments, Op, Prepare, Spec, Step, Via
from groundway_local.provider.values import State

_BUCKET = {"Bucket": "{bucket}"}
_HOME = "us-east-1"  # the region that a location constraint must not name


def _location(api: Api, _planned: State, arguments: Arguments) -> None:
    if api.region != _HOME:
        arguments["CreateBucketConfiguration"] = {"LocationConstraint": api.region}


def _set_tags(api: Api, _prior: State, planned: State) -> None:
    """S3 has no call that adds a tag: all are set at once."""
    tags = planned.get("tags_all") or {}
    if tags:
        pairs = [{"Key": k, "Value": v} for k, v in sorted(tags.items())]
        api.call("put_bucket_tagging", Bucket=planned["bucket"], Tagging={"TagSet": pairs})
    else:
        api.call("delete_bucket_tagging", Bucket=planned["bucket"])


def _empty_bucket(api: Api, state: State) -> None:
    if not state.get("force_destroy"):
        return
    for page in api.pages("list_object_versions", Bucket=state["bucket"]):
        for o in page.get("Versions", []) + page.get("DeleteMarkers", []):
            locked = {"BypassGovernanceRetention": True} if state.get("object_lock_enabled") else {}
            api.call("delete_object", Bucket=state["bucket"], Key=o["Key"], VersionId=o["VersionId"], **locked)


def _suspend(api: Api, state: State) -> None:
    configuration = {"Status": "Suspended"}
    api.call("put_bucket_versioning", Bucket=state["bucket"], VersioningConfiguration=configuration)


def _end_retention(api: Api, state: State) -> None:
    """A lock cannot be taken off a bucket; what is put into it from now on is kept for no time."""
    api.call(
        "put_object_lock_configuration",
        Bucket=state["bucket"],
        ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"},
    )


def _setting(put: str, get: Op, delete: str, fixed: tuple[str, ...] = ("bucket",), **more: Any) -> Spec:
    """A sub-resource of a bucket: put whole, read, deleted. No answer says whose it is."""
    return Spec(
        "s3",
        "",
        Op(put),
        id="{bucket}",
        read=(get,),
        update=(Op(put, whole=True),),
        delete=Op(delete, _BUCKET),
        replace=fixed,
        unread=fixed,
        **more,
    )


_ELSEWHERE = (  # configured by resources of their own since version 4 of the AWS provider
    "acceleration_status",
    "acl",
    "cors_rule",
    "grant",
    "lifecycle_rule",
    "logging",
    "object_lock_configuration",
    "policy",
    "replication_configuration",
    "request_payer",
    "server_side_encryption_configuration",
    "versioning",
    "website",
)

SPECS = {
    "aws_s3_bucket": Spec(
        "s3",
        "Bucket",
        Op("create_bucket"),
        id="{bucket}",
        prepare=Prepare((), _location),
        read=(
            Op("head_bucket", {"Bucket": "{id}"}),
            Op("get_bucket_tagging", {"Bucket": "{id}"}, "{tags: TagSet}", optional=True),
            Op(
                "get_object_lock_configuration",
                {"Bucket": "{id}"},
                "{ObjectLockEnabledForBucket: ObjectLockConfiguration.ObjectLockEnabled == 'Enabled'}",
                optional=True,
            ),
        ),
        update=(Step(("tags_all",), _set_tags),),
        before_delete=_empty_bucket,
        delete=Op("delete_bucket", _BUCKET),
        names={**dict.fromkeys(_ELSEWHERE), "object_lock_enabled": "ObjectLockEnabledForBucket"},
        computed={
            "bucket": "{id}",
            "arn": "arn:aws:s3:::{id}",
            "bucket_domain_name": "{id}.s3.amazonaws.com",
            "bucket_region": "{region}",
            "bucket_regional_domain_name": "{id}.s3.{region}.amazonaws.com",
        },
        defaults={"force_destroy": False},
        provider_only=("force_destroy",),
        prefixed={"bucket": "bucket_prefix"},
    ),
    "aws_s3_bucket_versioning": Spec(
        "s3",
        "",
        Op("put_bucket_versioning"),
        id="{bucket}",
        read=(
            Op(
                "get_bucket_versioning",
                _BUCKET,
                "Status && {VersioningConfiguration: {Status: Status, MFADelete: MFADelete}}",
            ),
        ),
        update=(Op("put_bucket_versioning", whole=True),),
        before_delete=_suspend,
        replace=("bucket", "expected_bucket_owner"),
        unread=("bucket", "expected_bucket_owner"),
    ),
    "aws_s3_bucket_server_side_encryption_configuration": _setting(
        "put_bucket_encryption",
        Op("get_bucket_encryption", _BUCKET),
        "delete_bucket_encryption",
        fixed=("bucket", "expected_bucket_owner"),
        names={
            "rule": Via(
                "ServerSideEncryptionConfiguration",
                write=lambda v: {"rule": v},
                read="ServerSideEncryptionConfiguration.Rules",
            )
        },
    ),
    "aws_s3_bucket_public_access_block": Spec(
        "s3",
        "",
        Op("put_public_access_block", into="PublicAccessBlockConfiguration"),
        id="{bucket}",
        read=(Op("get_public_access_block", _BUCKET, "PublicAccessBlockConfiguration"),),
        update=(Op("put_public_access_block", into="PublicAccessBlockConfiguration", whole=True),),
        delete=Op("delete_public_access_block", _BUCKET),
        defaults={
            "block_public_acls": False,
            "block_public_policy": False,
            "ignore_public_acls": False,
            "restrict_public_buckets": False,
            "skip_destroy": False,
        },
        provider_only=("skip_destroy",),
        replace=("bucket",),
        unread=("bucket",),
    ),
    "aws_s3_bucket_object_lock_configuration": Spec(
        "s3",
        "",
        Op("put_object_lock_configuration", into="ObjectLockConfiguration"),
        id="{bucket}",
        read=(
            Op(
                "get_object_lock_configuration",
                _BUCKET,
                "ObjectLockConfiguration.Rule.DefaultRetention.Mode && ObjectLockConfiguration",
            ),
        ),
        update=(Op("put_object_lock_configuration", into="ObjectLockConfiguration", whole=True),),
        before_delete=_end_retention,
        defaults={"object_lock_enabled": "Enabled"},
        replace=("bucket", "expected_bucket_owner"),
        unread=("bucket", "expected_bucket_owner", "token"),
    ),
    "aws_s3_bucket_ownership_controls": _setting(
        "put_bucket_ownership_controls",
        Op("get_bucket_ownership_controls", _BUCKET),
        "delete_bucket_ownership_controls",
        names={"rule": Via("OwnershipControls", write=lambda v: {"rule": v}, read="OwnershipControls.Rules")},
    ),
    "aws_s3_bucket_policy": _setting(
        "put_bucket_policy",
        Op("get_bucket_policy", _BUCKET),
        "delete_bucket_policy",
    ),
    "aws_s3_bucket_lifecycle_configuration": _setting(
        "put_bucket_lifecycle_configuration",
        Op("get_bucket_lifecycle_configuration", _BUCKET),
        "delete_bucket_lifecycle",
        fixed=("bucket", "expected_bucket_owner"),
        names={"rule": Via("LifecycleConfiguration", write=lambda v: {"rule": v}, read="Rules")},
    ),
}
