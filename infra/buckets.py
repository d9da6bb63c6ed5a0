"""S3 buckets for data, features and models: versioned, encrypted, private, TLS only, old versions expire."""

from dataclasses import dataclass

from infra import iam
from infra.cdk import Construct, aws


@dataclass(frozen=True, kw_only=True)
class BucketProps:
    """`old_versions_days`: how long an overwritten or deleted object can be brought back."""

    name: str
    key_arn: str
    force_destroy: bool = False
    old_versions_days: int = 30
    partition: str = "aws"


class Bucket(Construct):
    def __init__(self, scope: Construct, id: str, props: BucketProps) -> None:
        super().__init__(scope, id)
        self.bucket = aws.s3_bucket.S3Bucket(
            self, "bucket", bucket=props.name, force_destroy=props.force_destroy, tags={"Name": props.name}
        )
        self.name: str = self.bucket.bucket
        self.arn: str = self.bucket.arn
        self.key_arn = props.key_arn
        self._keep_versions(props.old_versions_days)
        self._encrypt(props.key_arn)
        self._close()

    def _keep_versions(self, old_versions_days: int) -> None:
        versioning, lifecycle = aws.s3_bucket_versioning, aws.s3_bucket_lifecycle_configuration
        versions = versioning.S3BucketVersioningA(
            self,
            "versioning",
            bucket=self.name,
            versioning_configuration=versioning.S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        rule = lifecycle.S3BucketLifecycleConfigurationRule(
            id="expire-old-versions",
            status="Enabled",
            filter=[lifecycle.S3BucketLifecycleConfigurationRuleFilter(prefix="")],
            noncurrent_version_expiration=[
                lifecycle.S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                    noncurrent_days=old_versions_days
                )
            ],
            abort_incomplete_multipart_upload=[
                lifecycle.S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=7)
            ],
        )
        lifecycle.S3BucketLifecycleConfiguration(
            self, "lifecycle", bucket=self.name, rule=[rule], depends_on=[versions]
        )

    def _encrypt(self, key_arn: str) -> None:
        encryption = aws.s3_bucket_server_side_encryption_configuration
        by_default = encryption.S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="aws:kms", kms_master_key_id=key_arn
        )
        encryption.S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self.name,
            rule=[
                encryption.S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=by_default, bucket_key_enabled=True
                )
            ],
        )

    def _close(self) -> None:
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
        aws.s3_bucket_policy.S3BucketPolicy(
            self,
            "policy",
            bucket=self.name,
            policy=iam.document(iam.deny_plain_http(["s3:*"], [self.arn, f"{self.arn}/*"])),
            depends_on=[closed],  # S3 refuses both at once
        )
