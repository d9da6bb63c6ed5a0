"""The SageMaker side of the model registry: the group that packages of models are registered in."""

from dataclasses import dataclass

from infra.cdk import Construct, aws


@dataclass(frozen=True, kw_only=True)
class ModelRegistryProps:
    prefix: str


class ModelRegistry(Construct):
    def __init__(self, scope: Construct, id: str, props: ModelRegistryProps) -> None:
        super().__init__(scope, id)
        self.group = aws.sagemaker_model_package_group.SagemakerModelPackageGroup(
            self,
            "packages",
            model_package_group_name=f"{props.prefix}-models",
            model_package_group_description="Model packages for SageMaker endpoints",
        )
        self.arn: str = self.group.arn
