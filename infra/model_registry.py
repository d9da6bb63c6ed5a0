"""The SageMaker side of the model registry: the group that packages of models are registered in."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra import iam
from infra.cdk import Construct, aws
from infra.protection import keep


@dataclass(frozen=True, kw_only=True)
class ModelRegistryProps:
    """`readers`: other accounts that may read packages, where their own IAM allows it too."""

    prefix: str
    account: str
    region: str
    readers: Sequence[str] = ()
    protect: bool = False
    partition: str = "aws"


class ModelRegistry(Construct):
    def __init__(self, scope: Construct, id: str, props: ModelRegistryProps) -> None:
        super().__init__(scope, id)
        self.group = aws.sagemaker_model_package_group.SagemakerModelPackageGroup(
            self,
            "packages",
            model_package_group_name=f"{props.prefix}-models",
            model_package_group_description="Model packages for SageMaker endpoints",
            lifecycle=keep(props.protect),
        )
        self.arn: str = self.group.arn
        if props.readers:
            aws.sagemaker_model_package_group_policy.SagemakerModelPackageGroupPolicy(
                self,
                "readers",
                model_package_group_name=self.group.model_package_group_name,
                resource_policy=iam.document(*_reading(props)),
            )


def _reading(props: ModelRegistryProps) -> list[iam.Statement]:
    here = f"arn:{props.partition}:sagemaker:{props.region}:{props.account}"
    accounts = iam.accounts(props.readers, props.partition)
    group = iam.allow(
        "ReadGroup", ["sagemaker:DescribeModelPackageGroup"], [f"{here}:model-package-group/{props.prefix}-models"]
    )
    packages = iam.allow(
        "ReadPackages",
        ["sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
        [f"{here}:model-package/{props.prefix}-models/*"],
    )
    return [{**statement, "Principal": accounts} for statement in (group, packages)]
