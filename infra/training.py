"""The role that training runs under: it reads data, writes features and models, and registers what it made."""

from infra import iam
from infra.cdk import Construct
from infra.model_registry import packages_arn
from infra.workload import Workload, WorkloadProps, leave_releases, read, records, write


class Training(Construct):
    def __init__(self, scope: Construct, id: str, props: WorkloadProps, model_registry_arn: str) -> None:
        super().__init__(scope, id)
        statements = _statements(props, model_registry_arn)
        self.role_arn = Workload(self, "workload", "training", props, statements).role_arn


def _statements(props: WorkloadProps, group_arn: str) -> list[iam.Statement]:
    features = props.features
    buckets = (props.data, features.bucket, props.models, props.checkpoints)
    catalog, tables = (props.site.arn("glue", name) for name in ("catalog", f"table/{features.database_name}/*"))
    return [
        props.registry.allow("training"),
        *read("Buckets", *buckets),
        write("Buckets", *buckets),
        leave_releases(props.models),
        iam.allow(
            "OnlineFeatures",
            [f"dynamodb:{a}" for a in ("BatchGetItem", "BatchWriteItem", "DescribeTable", "GetItem", "PutItem")],
            [features.table_arn],
        ),
        iam.allow(
            "OfflineCatalog",
            [
                *("glue:GetDatabase", "glue:GetPartitions", "glue:GetTable"),  # Athena asks for partitions, too
                *("glue:BatchCreatePartition", "glue:CreateTable", "glue:UpdateTable"),
            ],
            [catalog, features.database_arn, tables],
        ),
        props.queries.allow(),
        *records(props, "sagemaker:DescribeFeatureGroup", "sagemaker:GetRecord", "sagemaker:PutRecord"),
        iam.allow(
            "ModelPackages",
            ["sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage", "sagemaker:AddTags"],
            [group_arn, packages_arn(props.site)],
        ),
    ]
