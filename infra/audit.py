"""Who did what: the trail, where it is kept, what looks for trouble, and what an account does not allow at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundway import environment
from infra.account_guards import AccountGuards
from infra.cdk import Construct
from infra.evidence import Evidence, EvidenceProps
from infra.threat_detection import ThreatDetection
from infra.trail import Trail, TrailProps, trail_arn


@dataclass(frozen=True, kw_only=True)
class AuditProps:
    """`watched_buckets`: names of those whose every object event is recorded. `evidence`: the bucket's name.

    `key_arn` encrypts the trail and the evidence, `log_key_arn` its log group.
    """

    prefix: str
    environment: str
    account: str
    region: str
    audit: environment.Audit
    watched_buckets: Sequence[str]
    evidence: str
    key_arn: str
    log_key_arn: str
    log_retention_days: int
    boundary_arn: str
    protect: bool = False
    partition: str = "aws"


class Audit(Construct):
    """`evidence` is the locked bucket; `log_group_name` is where alarms look for what should not happen."""

    def __init__(self, scope: Construct, id: str, props: AuditProps) -> None:
        super().__init__(scope, id)
        kept = Evidence(
            self,
            "evidence",
            EvidenceProps(
                name=props.evidence,
                account=props.account,
                key_arn=props.key_arn,
                trail_arn=trail_arn(props.prefix, props.account, props.region, props.partition),
                audit=props.audit,
                protect=props.protect,
                partition=props.partition,
            ),
        )
        trail = Trail(
            self,
            "trail",
            TrailProps(
                prefix=props.prefix,
                environment=props.environment,
                account=props.account,
                region=props.region,
                buckets=props.watched_buckets,
                evidence=kept.bucket,
                key_arn=props.key_arn,
                log_key_arn=props.log_key_arn,
                log_retention_days=props.log_retention_days,
                boundary_arn=props.boundary_arn,
                protect=props.protect,
                partition=props.partition,
            ),
        )
        if props.audit.account_wide:
            ThreatDetection(self, "threats", props.prefix)
            AccountGuards(self, "guards")
        self.evidence = kept.bucket
        self.log_group_name: str = trail.log_group_name
