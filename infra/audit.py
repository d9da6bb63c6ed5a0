"""Who did what: the trail, where it is kept, what looks for trouble, and what an account does not allow at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundway import environment
from infra.account_guards import AccountGuards
from infra.cdk import Construct
from infra.evidence import Evidence, EvidenceProps
from infra.site import Site
from infra.threat_detection import ThreatDetection
from infra.trail import Trail, TrailProps, trail_arn


@dataclass(frozen=True, kw_only=True)
class AuditProps:
    """`watched_buckets`: names of those whose every object event is recorded. `evidence`: the bucket's name.

    `key_arn` encrypts the trail and the evidence, `log_key_arn` its log group.
    """

    site: Site
    audit: environment.Audit
    watched_buckets: Sequence[str]
    evidence: str
    key_arn: str
    log_key_arn: str
    log_retention_days: int
    boundary_arn: str
    protect: bool = False


class Audit(Construct):
    """`evidence` is the locked bucket; `log_group_name` is where alarms look for what should not happen."""

    def __init__(self, scope: Construct, id: str, props: AuditProps) -> None:
        super().__init__(scope, id)
        kept = Evidence(
            self,
            "evidence",
            EvidenceProps(
                site=props.site,
                name=props.evidence,
                key_arn=props.key_arn,
                trail_arn=trail_arn(props.site),
                audit=props.audit,
                protect=props.protect,
            ),
        )
        trail = Trail(
            self,
            "trail",
            TrailProps(
                site=props.site,
                buckets=props.watched_buckets,
                evidence=kept.bucket,
                key_arn=props.key_arn,
                log_key_arn=props.log_key_arn,
                log_retention_days=props.log_retention_days,
                boundary_arn=props.boundary_arn,
                protect=props.protect,
            ),
        )
        if props.audit.account_wide:
            ThreatDetection(self, "threats", props.site.prefix)
            AccountGuards(self, "guards")
        self.evidence = kept.bucket
        self.log_group_name: str = trail.log_group_name
