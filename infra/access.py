"""The roles of people: operators, who keep the platform running, and engineers, who work on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundway import environment, tags
from infra import iam
from infra.cdk import Construct
from infra.identity import Role, RoleProps
from infra.job_network import JobNetwork
from infra.releasing import releasing
from infra.site import Site

# Started by people, a job must say who pays for it.
COST_TAGS = {"StringLike": {f"aws:RequestTag/{key}": "*" for key in tags.KEYS}}


@dataclass(frozen=True, kw_only=True)
class AccessProps:
    """`boundary_arn` is the operators' boundary. `jobs`: where the jobs that engineers start run.

    `data_key_arn` encrypts what engineers read.
    """

    site: Site
    access: environment.Access
    boundary_arn: str
    state_bucket: str
    jobs: JobNetwork
    data_key_arn: str


class People(Construct):
    """`ops_arn` and `engineers_arn`: their roles. One hour, then they come again."""

    def __init__(self, scope: Construct, id: str, props: AccessProps) -> None:
        super().__init__(scope, id)
        self._props = props
        self.ops_arn = self._role(
            "ops", "People who run the platform", operators_trust(props.access.ops), operators(props)
        )
        self.engineers_arn = self._role(
            "engineers", "ML engineers", [iam.trust_roles(props.access.engineers)], engineers(props)
        )

    def _role(self, kind: str, who: str, trust: Sequence[iam.Statement], may: Sequence[iam.Statement]) -> str:
        props, site = self._props, self._props.site
        role = Role(
            self,
            kind,
            RoleProps(
                site=site,
                name=f"{site.prefix}-{kind}",
                description=who,
                trust=trust,
                boundary_arn=props.boundary_arn,
                statements=may,
                managed=["job-function/ViewOnlyAccess"],  # lists and describes everything, reads no data
            ),
        )
        return role.arn


def operators_trust(principals: Sequence[str]) -> list[iam.Statement]:
    """They say why (`--tags Key=reason,Value=...`, which the trail keeps), and have shown a second factor.

    AWS sees the factor itself for its own users and, for whoever comes from single sign-on, the identity provider's
    word for it: the session tag `mfa`.
    """
    why = {"StringLike": {"aws:RequestTag/reason": "?*"}}
    here, there = (iam.trust_roles(principals, tag_session=True) for _ in range(2))
    if not principals:
        return [here]
    here["Condition"] = {**why, "Bool": {"aws:MultiFactorAuthPresent": "true"}}
    there["Condition"] = {**why, "StringEquals": {"aws:PrincipalTag/mfa": "true"}}
    return [here, there]


def operators(props: AccessProps) -> list[iam.Statement]:
    """What is needed at night: look at everything, restart, scale, restore, roll back, unlock a state. No deploying."""
    site, name = props.site, props.site.prefix
    return [
        iam.allow("Kubernetes", ["eks:AccessKubernetesApi", "eks:DescribeCluster"], [_cluster(site)]),
        iam.allow(
            "Nodes",
            ["eks:DescribeNodegroup", "eks:UpdateNodegroupConfig", "eks:UpdateNodegroupVersion"],
            [site.arn("eks", f"nodegroup/{name}/*")],
        ),
        iam.allow(
            "Instances",
            ["ec2:RebootInstances", "ec2:TerminateInstances"],
            [site.arn("ec2", "instance/*")],
            {"StringEquals": {"aws:ResourceTag/environment": site.environment}},
        ),
        iam.allow(
            "Databases",
            ["rds:CreateDBSnapshot", "rds:RebootDBInstance", "rds:StartDBInstance", "rds:StopDBInstance"],
            [site.arn("rds", f"db:{name}-*"), site.arn("rds", f"snapshot:{name}-*")],
        ),
        iam.allow(
            "Tables",
            ["dynamodb:CreateBackup", "dynamodb:DescribeContinuousBackups", "dynamodb:RestoreTableToPointInTime"],
            [site.arn("dynamodb", f"table/{name}-*")],
        ),
        iam.allow(
            "Jobs",
            ["sagemaker:StopPipelineExecution", "sagemaker:StopProcessingJob", "sagemaker:StopTrainingJob"],
            _jobs(site),
        ),
        iam.allow("Logs", ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"], _logs(site)),
        iam.allow("Queries", ["logs:GetQueryResults", "logs:StopQuery"], ["*"]),  # AWS knows no resource for these
        iam.allow("Alarms", ["cloudwatch:SetAlarmState"], [site.arn("cloudwatch", f"alarm:{name}-*")]),
        iam.allow("UnlockStates", ["s3:DeleteObject", "s3:GetObject"], [f"{_state(props)}/*.tflock"]),
        *releasing(site, props.state_bucket),
    ]


def engineers(props: AccessProps) -> list[iam.Statement]:
    """Read what the platform holds; start and stop jobs and pipelines, paid for by somebody; hand on two roles."""
    site = props.site
    buckets = [site.bucket_arn(f"{site.prefix}-{site.account}-{p}") for p in ("data", "features", "models")]
    starts = {**props.jobs.only_here(), **COST_TAGS}
    return [
        iam.allow("Buckets", ["s3:GetBucketLocation", "s3:ListBucket"], buckets),
        iam.allow("Objects", ["s3:GetObject", "s3:GetObjectVersion"], [f"{b}/*" for b in buckets]),
        iam.allow("Keys", ["kms:Decrypt", "kms:DescribeKey"], [props.data_key_arn]),
        iam.allow(
            "Features",
            ["dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query"],
            [site.arn("dynamodb", f"table/{site.prefix}-*")],
        ),
        iam.allow("Platform", ["ssm:GetParameter"], [site.arn("ssm", f"parameter/groundway/{site.environment}/*")]),
        iam.allow("Logs", ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"], _logs(site)),
        iam.allow("Queries", ["logs:GetQueryResults", "logs:StopQuery"], ["*"]),  # AWS knows no resource for these
        iam.allow("Kubernetes", ["eks:AccessKubernetesApi", "eks:DescribeCluster"], [_cluster(site)]),
        iam.allow(
            "StartTraining",
            ["sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob"],
            _jobs(site, "processing-job", "training-job"),
            starts,
        ),
        iam.allow("StartPipelines", ["sagemaker:StartPipelineExecution"], _jobs(site, "pipeline")),
        iam.allow("TagJobs", ["sagemaker:AddTags"], _jobs(site), COST_TAGS),
        iam.allow(
            "StopJobs",
            ["sagemaker:StopPipelineExecution", "sagemaker:StopProcessingJob", "sagemaker:StopTrainingJob"],
            _jobs(site),
        ),
        iam.allow(
            "HandOnRoles",
            ["iam:PassRole"],
            [site.global_arn("iam", f"role/{site.prefix}-{kind}") for kind in ("training", "serving")],
            {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
    ]


def _jobs(site: Site, *kinds: str) -> list[str]:
    """Of these kinds, or of all that people start and stop."""
    kinds = kinds or ("pipeline", "processing-job", "training-job")
    return [site.arn("sagemaker", f"{kind}/{site.prefix}-*") for kind in kinds]


def _logs(site: Site) -> list[str]:
    groups = (
        f"/groundway/{site.environment}/*",
        f"/aws/containerinsights/{site.prefix}/*",
        f"/aws/eks/{site.prefix}/*",
        "/aws/sagemaker/*",
    )
    return [site.arn("logs", f"log-group:{group}") for group in groups]


def _cluster(site: Site) -> str:
    return site.arn("eks", f"cluster/{site.prefix}")


def _state(props: AccessProps) -> str:
    return props.site.bucket_arn(f"{props.state_bucket}/{props.site.environment}")
