"""S3 buckets: versioned, encrypted, private, TLS only; old versions expire, and what is not worth keeping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from infra import iam
from infra.cdk import Construct, aws
from infra.protection import keep


@dataclass(frozen=True, kw_only=True)
class BucketProps:
    """`old_versions_days`: how long an overwritten or deleted object can be brought back.

    `expire`: prefix to days after which its objects are deleted. `tier_days`: after which objects that nobody reads
    move to cheaper storage by themselves.
    `statements`: more of its policy, for AWS services that write there. Without `key_arn`, S3's own key encrypts.
    `locked`: Object Lock is possible; a new bucket is needed to change that.
    """

    name: str
    key_arn: str | None
    force_destroy: bool = False
    old_versions_days: int = 30
    expire: Mapping[str, int] = field(default_factory=dict)
    tier_days: int | None = None
    statements: Sequence[iam.Statement] = ()
    locked: bool = False
    protect: bool = False


class Bucket(Construct):
    def __init__(self, scope: Construct, id: str, props: BucketProps) -> None:
        super().__init__(scope, id)
        self.bucket = aws.s3_bucket.S3Bucket(
            self,
            "bucket",
            bucket=props.name,
            force_destroy=props.force_destroy,
            object_lock_enabled=props.locked or None,
            tags={"Name": props.name},
            lifecycle=keep(props.protect),
        )
        self.name: str = self.bucket.bucket
        self.arn: str = self.bucket.arn
        self.key_arn = props.key_arn or ""
        self._keep_versions(props)
        self._encrypt(props.key_arn)
        self._close(props)

    def _keep_versions(self, props: BucketProps) -> None:
        versioning, lifecycle = aws.s3_bucket_versioning, aws.s3_bucket_lifecycle_configuration
        versions = versioning.S3BucketVersioningA(
            self,
            "versioning",
            bucket=self.name,
            versioning_configuration=versioning.S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        lifecycle.S3BucketLifecycleConfiguration(
            self, "lifecycle", bucket=self.name, rule=_rules(props), depends_on=[versions]
        )

    def _encrypt(self, key_arn: str | None) -> None:
        encryption = aws.s3_bucket_server_side_encryption_configuration
        by_default = encryption.S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="aws:kms" if key_arn else "AES256", kms_master_key_id=key_arn
        )
        encryption.S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self.name,
            rule=[
                encryption.S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=by_default, bucket_key_enabled=bool(key_arn)
                )
            ],
        )

    def _close(self, props: BucketProps) -> None:
        """Private, owned by the bucket's account alone, and reachable over TLS only."""
        closed = aws.s3_bucket_public_access_block.S3BucketPublicAccessBlock(
            self,
            "public-access",
            bucket=self.name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        ownership = aws.s3_bucket_ownership_controls
        ownership.S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=self.name,
            rule=ownership.S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        self.policy = aws.s3_bucket_policy.S3BucketPolicy(
            self,
            "policy",
            bucket=self.name,
            policy=iam.document(
                iam.deny_plain_http(["s3:*"], [self.arn, f"{self.arn}/*"]),
                *props.statements,
            ),
            depends_on=[closed],  # S3 refuses both at once
        )


def _rules(props: BucketProps) -> list[aws.s3_bucket_lifecycle_configuration.S3BucketLifecycleConfigurationRule]:
    lifecycle = aws.s3_bucket_lifecycle_configuration
    rule, everything = lifecycle.S3BucketLifecycleConfigurationRule, lifecycle.S3BucketLifecycleConfigurationRuleFilter
    rules = [
        rule(
            id="expire-old-versions",
            status="Enabled",
            filter=[everything(prefix="")],
            noncurrent_version_expiration=[
                lifecycle.S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                    noncurrent_days=props.old_versions_days
                )
            ],
            abort_incomplete_multipart_upload=[
                lifecycle.S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=7)
            ],
        )
    ]
    for prefix, days in props.expire.items():
        expiration = lifecycle.S3BucketLifecycleConfigurationRuleExpiration(days=days)
        name = f"expire-{prefix.strip('/') or 'objects'}"
        rules.append(rule(id=name, status="Enabled", filter=[everything(prefix=prefix)], expiration=[expiration]))
    if props.tier_days is not None:
        tier = lifecycle.S3BucketLifecycleConfigurationRuleTransition(
            days=props.tier_days, storage_class="INTELLIGENT_TIERING"
        )
        rules.append(rule(id="tier", status="Enabled", filter=[everything(prefix="")], transition=[tier]))
    return rules
