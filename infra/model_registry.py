"""The SageMaker side of the model registry: the group that packages of models are registered in."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra import iam
from infra.cdk import Construct, aws
from infra.protection import keep
from infra.site import Site


@dataclass(frozen=True, kw_only=True)
class ModelRegistryProps:
    """`readers`: other accounts that may read packages, where their own IAM allows it too."""

    site: Site
    readers: Sequence[str] = ()
    protect: bool = False


def group_name(site: Site) -> str:
    """Of the group that all packages of an environment are in."""
    return f"{site.prefix}-models"


def packages_arn(site: Site) -> str:
    """Of every package in the group. AWS puts another word into it than into the group's own ARN."""
    return site.arn("sagemaker", f"model-package/{group_name(site)}/*")


class ModelRegistry(Construct):
    def __init__(self, scope: Construct, id: str, props: ModelRegistryProps) -> None:
        super().__init__(scope, id)
        self.group = aws.sagemaker_model_package_group.SagemakerModelPackageGroup(
            self,
            "packages",
            model_package_group_name=group_name(props.site),
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
    site = props.site
    accounts = iam.accounts(props.readers, site.partition)
    group = iam.allow(
        "ReadGroup",
        ["sagemaker:DescribeModelPackageGroup"],
        [site.arn("sagemaker", f"model-package-group/{group_name(site)}")],
    )
    packages = iam.allow(
        "ReadPackages",
        ["sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
        [packages_arn(site)],
    )
    return [{**statement, "Principal": accounts} for statement in (group, packages)]
