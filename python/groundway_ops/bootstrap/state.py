"""Where Terraform keeps its states: a bucket, encrypted with a key of its own. One for all environments of an account.

A state holds what its stacks know, secrets included.
"""

import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from groundway.environment import Environment, policies
from groundway.errors import Refused
from groundway.platform import client
from groundway.tags import CostTags
from groundway_ops.bootstrap.step import Json, Step, absent

GONE = ("404", "NoSuchBucket")
CLOSED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


class StateKey:
    """The key `alias/<project>-state`."""

    def __init__(self, environment: Environment, tags: CostTags) -> None:
        self.environment, self.tags = environment, tags
        self.alias = f"alias/{environment.tags.project}-state"

    @cached_property
    def kms(self) -> Any:
        return client("kms", self.environment.region)

    def steps(self) -> Iterator[Step]:
        policy = json.loads(policies.state_key(self.environment))
        yield Step(f"key {self.alias}", lambda: None if self.arn() else "not there", self._create)
        yield Step(f"key {self.alias}: rotated every year", self._unrotated, self._rotate)
        yield Step(
            f"key {self.alias}: its policy",
            lambda: None if self._policy() == policy else "differs from policies/iam/state-key.json",
            lambda: self.kms.put_key_policy(KeyId=self.arn(), PolicyName="default", Policy=json.dumps(policy)),
        )

    def arn(self) -> str | None:
        """The key's ARN; None when there is no such key."""
        found = absent(self.kms.describe_key, "NotFoundException", KeyId=self.alias)
        return str(found["KeyMetadata"]["Arn"]) if found else None

    def _create(self) -> None:
        made = self.kms.create_key(
            Description="Terraform states",
            Policy=policies.state_key(self.environment),
            Tags=self.tags.aws_list("TagKey", "TagValue"),
        )["KeyMetadata"]
        self.kms.create_alias(AliasName=self.alias, TargetKeyId=made["KeyId"])

    def _unrotated(self) -> str | None:
        arn = self.arn()
        on = arn and self.kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]
        return None if on else "not rotated"

    def _rotate(self) -> None:
        self.kms.enable_key_rotation(KeyId=self.arn())

    def _policy(self) -> Json | None:
        arn = self.arn()
        if arn is None:
            return None
        found: Json = json.loads(self.kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])
        return found


class StateBucket:
    """The bucket that `state_bucket` names: private, versioned, encrypted with the key, TLS only, with cost tags."""

    def __init__(self, environment: Environment, tags: CostTags, key: StateKey) -> None:
        self.environment, self.tags, self.key = environment, tags, key
        self.name = environment.state_bucket
        self.arn = f"arn:{environment.partition}:s3:::{self.name}"

    @cached_property
    def s3(self) -> Any:
        return client("s3", self.environment.region)

    def steps(self) -> Iterator[Step]:
        yield Step(f"bucket {self.name}", lambda: None if self.exists() else "not there", self._create)
        for name, missing, make in (
            ("private", self._open, self._close),
            ("versioned", self._unversioned, self._version),
            ("encrypted with the key", self._unencrypted, self._encrypt),
            ("TLS only", self._plain, self._tls_only),
            ("cost tags", self._untagged, self._tag),
            ("states encrypted with the key", self._states_of_another_key, self._move_states),
        ):
            yield Step(f"bucket {self.name}: {name}", missing, make)

    def exists(self) -> bool:
        """Whether the bucket is there. Raises `Refused` when it is somebody else's."""
        from botocore.exceptions import ClientError

        try:
            self.s3.head_bucket(Bucket=self.name, ExpectedBucketOwner=self.environment.account)
        except ClientError as e:
            status = e.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 403:
                raise Refused(
                    f"bucket {self.name} belongs to another account; choose another state_bucket in "
                    f"environments/{self.environment.name}/environment.yaml"
                ) from None
            if status != 404:
                raise
            return False
        return True

    def _create(self) -> None:
        region = self.environment.region
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self.s3.create_bucket(Bucket=self.name, **place)

    def _open(self) -> str | None:
        codes = (*GONE, "NoSuchPublicAccessBlockConfiguration")
        found = absent(self.s3.get_public_access_block, *codes, Bucket=self.name)
        closed = (found or {}).get("PublicAccessBlockConfiguration", {})
        return None if all(closed.get(flag) for flag in CLOSED) else "may become public"

    def _close(self) -> None:
        closed = dict.fromkeys(CLOSED, True)
        self.s3.put_public_access_block(Bucket=self.name, PublicAccessBlockConfiguration=closed)

    def _unversioned(self) -> str | None:
        found = absent(self.s3.get_bucket_versioning, *GONE, Bucket=self.name)
        return None if (found or {}).get("Status") == "Enabled" else "not versioned"

    def _version(self) -> None:
        self.s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})

    def _unencrypted(self) -> str | None:
        codes = (*GONE, "ServerSideEncryptionConfigurationNotFoundError")
        found = absent(self.s3.get_bucket_encryption, *codes, Bucket=self.name)
        rules = (found or {}).get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
        keys = [r.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID") for r in rules]
        return None if keys and keys == [self.key.arn()] else "not encrypted with the key"

    def _encrypt(self) -> None:
        by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key.arn()}
        rule = {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}
        self.s3.put_bucket_encryption(Bucket=self.name, ServerSideEncryptionConfiguration={"Rules": [rule]})

    def _plain(self) -> str | None:
        found = absent(self.s3.get_bucket_policy, *GONE, "NoSuchBucketPolicy", Bucket=self.name)
        return None if found and json.loads(found["Policy"]) == self._policy() else "reachable without TLS"

    def _tls_only(self) -> None:
        self.s3.put_bucket_policy(Bucket=self.name, Policy=json.dumps(self._policy()))

    def _policy(self) -> Json:
        deny = {
            "Sid": "DenyPlainHttp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [self.arn, f"{self.arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        return {"Version": "2012-10-17", "Statement": [deny]}

    def _untagged(self) -> str | None:
        found = absent(self.s3.get_bucket_tagging, *GONE, "NoSuchTagSet", Bucket=self.name)
        tags = {t["Key"]: t["Value"] for t in (found or {}).get("TagSet", [])}
        return None if tags == self.tags.aws() else "without the cost tags"

    def _tag(self) -> None:
        self.s3.put_bucket_tagging(Bucket=self.name, Tagging={"TagSet": self.tags.aws_list()})

    def _states_of_another_key(self) -> str | None:
        others = self._to_move()
        return f"{len(others)} with another key" if others else None

    def _to_move(self) -> list[tuple[str, str]]:
        """(key, ETag) of this environment's states that another key encrypts."""
        arn = self.key.arn()
        if arn is None or not self.exists():
            return []
        listed = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=f"{self.environment.name}/")
        names = [one["Key"] for page in listed for one in page.get("Contents", []) if one["Key"].endswith(".tfstate")]
        heads = [(name, self.s3.head_object(Bucket=self.name, Key=name)) for name in names]
        return [(name, head["ETag"]) for name, head in heads if head.get("SSEKMSKeyId") != arn]

    def _move_states(self) -> None:
        """Write each state over itself: what the bucket encrypts by default is what is written from now on."""
        for name, etag in self._to_move():
            if absent(self.s3.head_object, "404", "NoSuchKey", Bucket=self.name, Key=f"{name}.tflock"):
                raise Refused(f"{name} is locked: somebody deploys. Run this again when it is done")
            self.s3.copy_object(
                Bucket=self.name,
                Key=name,
                CopySource={"Bucket": self.name, "Key": name},
                CopySourceIfMatch=etag,
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=self.key.arn(),
                BucketKeyEnabled=True,
            )
