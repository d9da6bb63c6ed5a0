"""What training and serving share: where they run, what they may reach, and the role and log group built from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundway.environment.service_accounts import workload
from infra import iam
from infra.buckets import Bucket
from infra.cdk import Construct, aws
from infra.feature_groups import FeatureGroups
from infra.feature_store import FeatureStore
from infra.identity import Role, RoleProps
from infra.job_logs import GROUPS
from infra.job_network import JobNetwork
from infra.offline_queries import OfflineQueries
from infra.pod_identity import PodCluster, PodIdentity, trust
from infra.registry_database import RegistryDatabase
from infra.site import Site


@dataclass(frozen=True, kw_only=True)
class WorkloadProps:
    """The platform as a workload sees it. `telemetry_key_arn` encrypts logs and alerts."""

    site: Site
    boundary_arn: str
    data: Bucket
    models: Bucket
    checkpoints: Bucket
    features: FeatureStore
    feature_groups: FeatureGroups
    queries: OfflineQueries
    registry: RegistryDatabase
    network: JobNetwork
    data_key_arn: str
    telemetry_key_arn: str
    cluster: PodCluster
    image_arn: str
    log_retention_days: int = 30


class Workload(Construct):
    """A role that `services` and the pods of one service account may take, and a log group. `kind` names all three."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        kind: str,
        props: WorkloadProps,
        statements: Sequence[iam.Statement],
        services: Sequence[str] = ("sagemaker.amazonaws.com",),
    ) -> None:
        super().__init__(scope, id)
        self.log_group = aws.cloudwatch_log_group.CloudwatchLogGroup(
            self,
            "logs",
            name=f"/groundway/{props.site.environment}/{kind}",
            retention_in_days=props.log_retention_days,
            kms_key_id=props.telemetry_key_arn,
        )
        pods = workload(kind)
        self.identity = Role(
            self,
            "identity",
            RoleProps(
                site=props.site,
                name=f"{props.site.prefix}-{kind}",
                description=f"Runs {kind}",
                trust=[iam.trust(services, props.site.account), trust(props.cluster, pods)],
                boundary_arn=props.boundary_arn,
                statements=[
                    *statements,
                    *props.network.interfaces(),
                    *_everywhere(props, f"{self.log_group.arn}:*"),
                ],
            ),
        )
        self.role_arn: str = self.identity.arn
        PodIdentity(self, "pods", props.cluster, pods, self.role_arn)


def read(sid: str, *buckets: Bucket) -> list[iam.Statement]:
    return [
        iam.allow(f"{sid}List", ["s3:ListBucket", "s3:GetBucketLocation"], [b.arn for b in buckets]),
        iam.allow(f"{sid}Read", ["s3:GetObject", "s3:GetObjectVersion"], [f"{b.arn}/*" for b in buckets]),
    ]


def write(sid: str, *buckets: Bucket) -> iam.Statement:
    actions = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    return iam.allow(f"{sid}Write", actions, [f"{b.arn}/*" for b in buckets])


def leave_releases(models: Bucket) -> iam.Statement:
    """Released models come by promotion: whoever writes models elsewhere in the bucket leaves them alone."""
    return iam.deny("LeaveReleases", ["s3:DeleteObject", "s3:PutObject"], [f"{models.arn}/releases/*"])


def records(props: WorkloadProps, *actions: str) -> list[iam.Statement]:
    """What to do with records of the SageMaker feature groups, if there are any."""
    groups = props.feature_groups.arns
    return [iam.allow("FeatureGroups", actions, groups)] if groups else []


def _everywhere(props: WorkloadProps, log_streams: str) -> list[iam.Statement]:
    """What every workload may do: its keys, logs, metrics, alerts, image and the platform record."""
    site, groups = props.site, props.site.arn("logs", f"log-group:{GROUPS}")
    return [
        iam.allow(
            "Keys",
            ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
            [props.data_key_arn, props.telemetry_key_arn],
        ),
        iam.allow("Logs", ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], [log_streams]),
        # SageMaker writes the logs of jobs and endpoints with the role of the workload, where it decides.
        iam.allow(
            "SageMakerLogs",
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [f"{groups}/*"],
        ),
        iam.allow("EndpointLogs", ["logs:CreateLogGroup"], [f"{groups}/Endpoints/{site.prefix}-*"]),
        iam.allow("Alerts", ["sns:Publish"], [site.arn("sns", f"{site.prefix}-alerts")]),
        iam.allow("Platform", ["ssm:GetParameter"], [site.arn("ssm", f"parameter/groundway/{site.environment}/*")]),
        iam.allow(
            "Image",
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            [props.image_arn],
        ),
        # AWS knows no resource for these two.
        iam.allow("ImageLogin", ["ecr:GetAuthorizationToken"], ["*"]),
        iam.allow(
            "Metrics", ["cloudwatch:PutMetricData"], ["*"], {"StringEquals": {"cloudwatch:namespace": "Groundway"}}
        ),
    ]
