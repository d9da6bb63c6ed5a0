"""SageMaker's model registry."""

from __future__ import annotations

from groundway_local.provider.spec import Op, Spec
from groundway_local.provider.tagging import by_arn

SPECS = {
    "aws_sagemaker_model_package_group": Spec(
        "sagemaker",
        "ModelPackageGroup",
        Op("create_model_package_group"),
        id="{model_package_group_name}",
        read=(Op("describe_model_package_group", {"ModelPackageGroupName": "{id}"}),),
        delete=Op("delete_model_package_group", {"ModelPackageGroupName": "{id}"}),
        tagging=by_arn("list_tags", "ResourceArn", "Tags", tag="add_tags", untag="delete_tags"),
        support="patched",
    ),
}
