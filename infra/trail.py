"""The trail: who did what in the account, in every region, and who read or wrote data and models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra import iam
from infra.buckets import Bucket
from infra.cdk import Construct, aws
from infra.evidence import TRAIL_PREFIX
from infra.identity import Role, RoleProps
from infra.protection import keep
from infra.site import Site


@dataclass(frozen=True, kw_only=True)
class TrailProps:
    """`buckets`: names of those whose every object event is recorded; `evidence`: the bucket the trail goes to."""

    site: Site
    buckets: Sequence[str]
    evidence: Bucket
    key_arn: str
    log_key_arn: str
    log_retention_days: int
    boundary_arn: str
    protect: bool = False


def trail_arn(site: Site) -> str:
    """Known before the trail is made, so that key and bucket can name it."""
    return site.arn("cloudtrail", f"trail/{site.prefix}")


class Trail(Construct):
    """Written to the evidence bucket with digests that show tampering, and to `log_group` for alarms and queries."""

    def __init__(self, scope: Construct, id: str, props: TrailProps) -> None:
        super().__init__(scope, id)
        self.log_group = aws.cloudwatch_log_group.CloudwatchLogGroup(
            self,
            "logs",
            name=f"/groundway/{props.site.environment}/trail",
            retention_in_days=props.log_retention_days,
            kms_key_id=props.log_key_arn,
            lifecycle=keep(props.protect),
        )
        role = self._role(props)
        aws.cloudtrail.Cloudtrail(
            self,
            "trail",
            name=props.site.prefix,
            s3_bucket_name=props.evidence.name,
            s3_key_prefix=TRAIL_PREFIX,
            kms_key_id=props.key_arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            cloud_watch_logs_group_arn=f"{self.log_group.arn}:*",
            cloud_watch_logs_role_arn=role.arn,
            advanced_event_selector=_selectors(props),
            lifecycle=keep(props.protect),
            depends_on=[props.evidence.policy, *role.ready],  # or CloudTrail may not write yet
        )
        self.log_group_name: str = self.log_group.name

    def _role(self, props: TrailProps) -> Role:
        return Role(
            self,
            "identity",
            RoleProps(
                site=props.site,
                name=f"{props.site.prefix}-trail",
                description="CloudTrail writes to its log group",
                trust=[iam.trust(["cloudtrail.amazonaws.com"], props.site.account)],
                boundary_arn=props.boundary_arn,
                statements=[
                    iam.allow("WriteTrail", ["logs:CreateLogStream", "logs:PutLogEvents"], [f"{self.log_group.arn}:*"])
                ],
            ),
        )


def _selectors(props: TrailProps) -> list[aws.cloudtrail.CloudtrailAdvancedEventSelector]:
    """Events of data are billed by number, so only those that an investigation would ask for."""
    site = props.site
    objects, written = {"resources.type": ["AWS::S3::Object"]}, {"readOnly": ["false"]}
    tables = site.arn("dynamodb", f"table/{site.prefix}-")
    return [
        _selector("Everything that manages", {"eventCategory": ["Management"]}),
        _data("Objects of data and models", objects, [site.bucket_arn(f"{bucket}/") for bucket in props.buckets]),
        # What CloudTrail itself writes there would be an event again.
        _data("Reading evidence", {**objects, "readOnly": ["true"]}, [f"{props.evidence.arn}/"]),
        # Every prediction reads: who changed a feature is the question, not who looked.
        _data("Writing online features", {"resources.type": ["AWS::DynamoDB::Table"], **written}, [tables]),
    ]


def _data(
    name: str, equals: Mapping[str, Sequence[str]], arns: Sequence[str]
) -> aws.cloudtrail.CloudtrailAdvancedEventSelector:
    return _selector(name, {"eventCategory": ["Data"], **equals}, {"resources.ARN": arns})


def _selector(
    name: str, equals: Mapping[str, Sequence[str]], starts: Mapping[str, Sequence[str]] | None = None
) -> aws.cloudtrail.CloudtrailAdvancedEventSelector:
    field = aws.cloudtrail.CloudtrailAdvancedEventSelectorFieldSelector
    fields = [field(field=f, equal_to=list(values)) for f, values in equals.items()]
    fields += [field(field=f, starts_with=list(values)) for f, values in (starts or {}).items()]
    return aws.cloudtrail.CloudtrailAdvancedEventSelector(name=name, field_selector=fields)
