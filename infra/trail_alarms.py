"""What must not happen unnoticed: patterns over the trail, each with an alarm. After the CIS AWS benchmark."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.alarms import Watch, alarm
from infra.cdk import Construct, aws
from infra.site import Site

NAMESPACE = "Groundway/Trail"


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """Events that match `pattern`, more than `limit` of them in five minutes. `by_hand`: unless CI did it."""

    name: str
    meaning: str
    pattern: str
    limit: int = 0
    by_hand: bool = False


def events(*names: str) -> str:
    """Any event of these names; `*` stands for anything."""
    return "(" + " || ".join(f'($.eventName = "{name}")' for name in names) + ")"


SUSPICIONS = (
    Suspicion(
        name="root-use",
        meaning="The root user of the account did something",
        pattern='($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS)'
        ' && ($.eventType != "AwsServiceEvent")',
    ),
    Suspicion(
        name="console-without-mfa",
        meaning="A user came into the console without a second factor",
        pattern='($.eventName = "ConsoleLogin") && ($.userIdentity.type = "IAMUser")'
        ' && ($.additionalEventData.MFAUsed != "Yes") && ($.responseElements.ConsoleLogin = "Success")',
    ),
    Suspicion(
        name="console-failures",
        meaning="Somebody tries passwords at the console",
        pattern='($.eventName = "ConsoleLogin") && ($.errorMessage = "Failed authentication")',
        limit=3,
    ),
    Suspicion(
        name="unauthorized-calls",
        meaning="Something keeps calling what it may not: a missing permission, or somebody looking around",
        pattern='($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")',
        limit=20,
    ),
    Suspicion(
        name="trail-changes",
        meaning="The trail was changed, stopped or deleted",
        pattern=events("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging", "PutEventSelectors"),
        by_hand=True,
    ),
    Suspicion(
        name="guards-changes",
        meaning="Threat detection or a guard of the account was taken down",
        pattern=events(
            "DeleteDetector",
            "UpdateDetector",
            "DeleteAnalyzer",
            "DisableEbsEncryptionByDefault",
            "DisableSnapshotBlockPublicAccess",
            "DisableImageBlockPublicAccess",
            "DeleteAccountPublicAccessBlock",
        ),
        by_hand=True,
    ),
    Suspicion(
        name="evidence-changes",
        meaning="Somebody tried to shorten how long evidence is kept",
        pattern=events(
            "PutBucketObjectLockConfiguration", "PutObjectLockConfiguration", "PutObjectRetention", "PutObjectLegalHold"
        ),
        by_hand=True,
    ),
    Suspicion(
        name="key-deletion",
        meaning="A key was disabled, or will be deleted: what it encrypts is lost with it",
        pattern=f'($.eventSource = "kms.amazonaws.com") && {events("DisableKey", "ScheduleKeyDeletion")}',
    ),
    Suspicion(
        name="iam-changes",
        meaning="Roles or policies were changed by somebody else than CI",
        pattern='($.eventSource = "iam.amazonaws.com") && '
        + events("Put*", "Attach*", "Detach*", "Create*", "Delete*", "Update*"),
        by_hand=True,
    ),
    Suspicion(
        name="bucket-policy-changes",
        meaning="Who may reach a bucket was changed by somebody else than CI",
        pattern='($.eventSource = "s3.amazonaws.com") && '
        + events("PutBucketAcl", "*BucketPolicy", "*BucketCors", "*PublicAccessBlock", "*BucketReplication"),
        by_hand=True,
    ),
    Suspicion(
        name="network-changes",
        meaning="Security groups, routes, gateways or the VPC were changed by somebody else than CI",
        pattern='($.eventSource = "ec2.amazonaws.com") && '
        + events(
            "AuthorizeSecurityGroup*",
            "RevokeSecurityGroup*",
            "*Route",
            "*RouteTable*",
            "*NetworkAcl*",
            "*InternetGateway",
            "*CustomerGateway",
            "*VpcPeeringConnection*",
            "CreateVpc*",
            "DeleteVpc*",
            "ModifyVpc*",
        ),
        by_hand=True,
    ),
)


@dataclass(frozen=True, kw_only=True)
class TrailAlarmsProps:
    """`log_group_name` is the trail's; `ci_role_name` the role that deploys, whose changes are expected."""

    site: Site
    log_group_name: str
    topic_arn: str
    ci_role_name: str
    suspicions: Sequence[Suspicion] = SUSPICIONS


class TrailAlarms(Construct):
    """A metric filter and an alarm for each suspicion."""

    def __init__(self, scope: Construct, id: str, props: TrailAlarmsProps) -> None:
        super().__init__(scope, id)
        for suspicion in props.suspicions:
            self._watch(suspicion, props)

    def _watch(self, suspicion: Suspicion, props: TrailAlarmsProps) -> None:
        metric_filter = aws.cloudwatch_log_metric_filter
        metric_filter.CloudwatchLogMetricFilter(
            self,
            f"{suspicion.name}-filter",
            name=f"{props.site.prefix}-{suspicion.name}",
            log_group_name=props.log_group_name,
            pattern=_pattern(suspicion, props.ci_role_name),
            metric_transformation=metric_filter.CloudwatchLogMetricFilterMetricTransformation(
                name=f"{props.site.prefix}-{suspicion.name}", namespace=NAMESPACE, value="1"
            ),
        )
        watch = Watch(
            name=suspicion.name,
            meaning=suspicion.meaning,
            namespace=NAMESPACE,
            metric=f"{props.site.prefix}-{suspicion.name}",
            dimensions={},
            statistic="Sum",
            limit=suspicion.limit,
            periods=1,
        )
        alarm(self, props.site.prefix, watch, props.topic_arn)


def _pattern(suspicion: Suspicion, ci_role_name: str) -> str:
    if not suspicion.by_hand:
        return f"{{ {suspicion.pattern} }}"
    who = "$.userIdentity.sessionContext.sessionIssuer.userName"  # users and root have none, and must not slip through
    return f'{{ ({suspicion.pattern}) && (({who} NOT EXISTS) || ({who} != "{ci_role_name}")) }}'
