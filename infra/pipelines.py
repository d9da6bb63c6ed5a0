"""The role of pipelines: they land data, start training, validate what came out, and register it."""

from collections.abc import Sequence

from groundway import tags
from infra import iam
from infra.cdk import Construct
from infra.model_registry import packages_arn
from infra.workload import Workload, WorkloadProps, leave_releases, read, write

# Who starts or runs a pipeline: SageMaker Pipelines, a schedule, a state machine; and pods.
SERVICES = ("sagemaker.amazonaws.com", "scheduler.amazonaws.com", "states.amazonaws.com")


class Pipelines(Construct):
    """`training_role_arn` is the one role that pipelines hand on."""

    def __init__(
        self, scope: Construct, id: str, props: WorkloadProps, model_registry_arn: str, training_role_arn: str
    ) -> None:
        super().__init__(scope, id)
        statements = _statements(props, model_registry_arn, training_role_arn)
        self.role_arn = Workload(self, "workload", "pipelines", props, statements, SERVICES).role_arn


def _statements(props: WorkloadProps, model_registry_arn: str, training_role_arn: str) -> Sequence[iam.Statement]:
    site = props.site
    jobs = [site.arn("sagemaker", f"{kind}/{site.prefix}-*") for kind in ("processing-job", "training-job")]
    all_kinds = [site.arn("sagemaker", f"pipeline/{site.prefix}-*"), *jobs]
    paid = {"StringLike": {f"aws:RequestTag/{key}": "*" for key in tags.KEYS}}
    return [
        props.registry.allow("pipelines"),
        *read("Buckets", props.data, props.features.bucket, props.models),
        write("Buckets", props.data, props.models),
        leave_releases(props.models),
        iam.allow(
            "StartJobs",
            ["sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob"],
            jobs,
            {**props.network.only_here(), **paid},
        ),
        iam.allow("TagJobs", ["sagemaker:AddTags"], all_kinds, paid),
        iam.allow(
            "RunJobs",
            [
                *(f"sagemaker:Describe{kind}" for kind in ("PipelineExecution", "ProcessingJob", "TrainingJob")),
                "sagemaker:StartPipelineExecution",
                *(f"sagemaker:Stop{kind}" for kind in ("PipelineExecution", "ProcessingJob", "TrainingJob")),
            ],
            all_kinds,
        ),
        iam.allow(
            "HandOnTraining",
            ["iam:PassRole"],
            [training_role_arn],
            {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        iam.allow(
            "Register",
            ["sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage", "sagemaker:UpdateModelPackage"],
            [model_registry_arn, packages_arn(site)],
        ),
        iam.allow(
            "SignModels",
            ["secretsmanager:GetSecretValue"],
            [site.arn("secretsmanager", f"secret:groundway/{site.environment}/signing/models-??????")],
        ),
        # The account that models come from decides who may take it: infra/promotion.py.
        iam.allow(
            "FetchModels",
            ["sts:AssumeRole"],
            [f"arn:{site.partition}:iam::*:role/{site.project}-*-promotion-reader"],
        ),
    ]
