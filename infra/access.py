"""The roles of people: operators, who keep the platform running, and engineers, who work on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundway import environment, tags
from infra import iam
from infra.cdk import Construct
from infra.identity import Role, RoleProps
from infra.job_network import JobNetwork

# Started by people, a job must say who pays for it.
COST_TAGS = {"StringLike": {f"aws:RequestTag/{key}": "*" for key in tags.KEYS}}


@dataclass(frozen=True, kw_only=True)
class AccessProps:
    """`boundary_arn` is the operators' boundary. `jobs`: where the jobs that engineers start run."""

    prefix: str
    environment: str
    account: str
    region: str
    access: environment.Access
    boundary_arn: str
    state_bucket: str
    jobs: JobNetwork
    partition: str = "aws"

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def role(self, kind: str) -> str:
        """The ARN of one of the platform's roles, which other stacks make."""
        return f"arn:{self.partition}:iam::{self.account}:role/{self.prefix}-{kind}"

    def buckets(self, *purposes: str) -> list[str]:
        return [f"arn:{self.partition}:s3:::{self.prefix}-{self.account}-{p}" for p in purposes]


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
        props = self._props
        role = Role(
            self,
            kind,
            RoleProps(
                name=f"{props.prefix}-{kind}",
                description=who,
                trust=trust,
                boundary_arn=props.boundary_arn,
                statements=may,
                managed=["job-function/ViewOnlyAccess"],  # lists and describes everything, reads no data
                partition=props.partition,
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
    """What is needed at night: look into everything, restart, scale, restore, unlock a state. No deploying."""
    name = props.prefix
    return [
        iam.allow("Kubernetes", ["eks:AccessKubernetesApi", "eks:DescribeCluster"], [_cluster(props)]),
        iam.allow(
            "Nodes",
            ["eks:DescribeNodegroup", "eks:UpdateNodegroupConfig", "eks:UpdateNodegroupVersion"],
            [props.arn("eks", f"nodegroup/{name}/*")],
        ),
        iam.allow(
            "Instances",
            ["ec2:RebootInstances", "ec2:TerminateInstances"],
            [props.arn("ec2", "instance/*")],
            {"StringEquals": {"aws:ResourceTag/environment": props.environment}},
        ),
        iam.allow(
            "Databases",
            ["rds:CreateDBSnapshot", "rds:RebootDBInstance", "rds:StartDBInstance", "rds:StopDBInstance"],
            [props.arn("rds", f"db:{name}-*"), props.arn("rds", f"snapshot:{name}-*")],
        ),
        iam.allow(
            "Tables",
            ["dynamodb:CreateBackup", "dynamodb:DescribeContinuousBackups", "dynamodb:RestoreTableToPointInTime"],
            [props.arn("dynamodb", f"table/{name}-*")],
        ),
        iam.allow(
            "Jobs",
            ["sagemaker:StopPipelineExecution", "sagemaker:StopProcessingJob", "sagemaker:StopTrainingJob"],
            _jobs(props),
        ),
        iam.allow("Logs", ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"], _logs(props)),
        iam.allow("Queries", ["logs:GetQueryResults", "logs:StopQuery"], ["*"]),  # AWS knows no resource for these
        iam.allow("Alarms", ["cloudwatch:SetAlarmState"], [props.arn("cloudwatch", f"alarm:{name}-*")]),
        iam.allow("UnlockStates", ["s3:DeleteObject", "s3:GetObject"], [f"{_state(props)}/*.tflock"]),
    ]


def engineers(props: AccessProps) -> list[iam.Statement]:
    """Read what the platform holds; start and stop jobs and pipelines, paid for by somebody; hand on two roles."""
    buckets = props.buckets("data", "features", "models")
    starts = {**props.jobs.only_here(), **COST_TAGS}
    return [
        iam.allow("Buckets", ["s3:GetBucketLocation", "s3:ListBucket"], buckets),
        iam.allow("Objects", ["s3:GetObject", "s3:GetObjectVersion"], [f"{b}/*" for b in buckets]),
        iam.allow(
            "Keys",
            ["kms:Decrypt", "kms:DescribeKey"],
            [props.arn("kms", "key/*")],
            {"StringEquals": {"aws:ResourceTag/environment": props.environment}},
        ),
        iam.allow(
            "Features",
            ["dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query"],
            [props.arn("dynamodb", f"table/{props.prefix}-*")],
        ),
        iam.allow("Platform", ["ssm:GetParameter"], [props.arn("ssm", f"parameter/groundway/{props.environment}/*")]),
        iam.allow("Logs", ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"], _logs(props)),
        iam.allow("Queries", ["logs:GetQueryResults", "logs:StopQuery"], ["*"]),  # AWS knows no resource for these
        iam.allow("Kubernetes", ["eks:AccessKubernetesApi", "eks:DescribeCluster"], [_cluster(props)]),
        iam.allow(
            "StartTraining", ["sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob"], _jobs(props), starts
        ),
        iam.allow("StartPipelines", ["sagemaker:StartPipelineExecution"], _jobs(props)),
        iam.allow("TagJobs", ["sagemaker:AddTags"], _jobs(props), COST_TAGS),
        iam.allow(
            "StopJobs",
            ["sagemaker:StopPipelineExecution", "sagemaker:StopProcessingJob", "sagemaker:StopTrainingJob"],
            _jobs(props),
        ),
        iam.allow(
            "HandOnRoles",
            ["iam:PassRole"],
            [props.role("training"), props.role("serving")],
            {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
    ]


def _jobs(props: AccessProps) -> list[str]:
    kinds = ("pipeline", "processing-job", "training-job")
    return [props.arn("sagemaker", f"{kind}/{props.prefix}-*") for kind in kinds]


def _logs(props: AccessProps) -> list[str]:
    groups = (
        f"/groundway/{props.environment}/*",
        f"/aws/containerinsights/{props.prefix}/*",
        f"/aws/eks/{props.prefix}/*",
        "/aws/sagemaker/*",
    )
    return [props.arn("logs", f"log-group:{group}") for group in groups]


def _cluster(props: AccessProps) -> str:
    return props.arn("eks", f"cluster/{props.prefix}")


def _state(props: AccessProps) -> str:
    return f"arn:{props.partition}:s3:::{props.state_bucket}/{props.environment}"
