"""The bucket for what must not be altered: the trail of the account, and the evidence that operations leave."""

from dataclasses import dataclass

from groundway import environment
from infra import iam
from infra.buckets import Bucket, BucketProps
from infra.cdk import Construct, aws
from infra.site import Site

TRAIL_PREFIX = "trail"


@dataclass(frozen=True, kw_only=True)
class EvidenceProps:
    """`audit` says how long, and how strictly, objects are locked. Only the trail `trail_arn` may write logs."""

    site: Site
    name: str
    key_arn: str
    trail_arn: str
    audit: environment.Audit
    protect: bool = False


class Evidence(Construct):
    """Versioned and locked: a version cannot be deleted or changed before its time, whoever asks.

    It has no server access log: the trail itself records who reads here, and that log cannot be altered either.
    """

    def __init__(self, scope: Construct, id: str, props: EvidenceProps) -> None:
        super().__init__(scope, id)
        self.bucket = Bucket(
            self,
            "bucket",
            BucketProps(
                name=props.name,
                key_arn=props.key_arn,
                force_destroy=not props.protect,
                old_versions_days=props.audit.evidence_days,
                statements=_trail(props),
                locked=True,
                protect=props.protect,
            ),
        )
        lock = aws.s3_bucket_object_lock_configuration
        retention = lock.S3BucketObjectLockConfigurationRuleDefaultRetentionA(
            mode=props.audit.evidence_mode, days=props.audit.evidence_days
        )
        lock.S3BucketObjectLockConfigurationA(
            self,
            "lock",
            bucket=self.bucket.name,
            rule=lock.S3BucketObjectLockConfigurationRuleA(default_retention=retention),
        )


def _trail(props: EvidenceProps) -> list[iam.Statement]:
    """CloudTrail writes for this one trail, and gives what it writes away."""
    bucket = props.site.bucket_arn(props.name)
    this = {"aws:SourceArn": props.trail_arn}
    given = {**this, "s3:x-amz-acl": "bucket-owner-full-control"}
    logs = f"{bucket}/{TRAIL_PREFIX}/AWSLogs/{props.site.account}/*"
    service = ["cloudtrail.amazonaws.com"]
    return [
        iam.allow_service("TrailLooks", service, ["s3:GetBucketAcl"], [bucket], {"StringEquals": this}),
        iam.allow_service("TrailWrites", service, ["s3:PutObject"], [logs], {"StringEquals": given}),
    ]
