"""The role that servers run under: it reads models and online features, and writes what it was asked and answered."""

from infra import iam
from infra.cdk import Construct
from infra.workload import Workload, WorkloadProps, read, records


class Serving(Construct):
    def __init__(self, scope: Construct, id: str, props: WorkloadProps) -> None:
        super().__init__(scope, id)
        workload = Workload(self, "workload", "serving", props, _statements(props))
        self.role_arn = workload.role_arn


def _statements(props: WorkloadProps) -> list[iam.Statement]:
    features = props.features
    return [
        props.registry.allow("serving"),
        *read("Models", props.models, features.bucket),
        iam.allow("PredictionLog", ["s3:PutObject"], [f"{props.data.arn}/predictions/*"]),
        *records(props, "sagemaker:BatchGetRecord", "sagemaker:DescribeFeatureGroup", "sagemaker:GetRecord"),
        iam.allow(
            "OnlineFeatures",
            ["dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:GetItem"],
            [features.table_arn],
        ),
    ]
