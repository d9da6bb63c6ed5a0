"""The role by which the next environment fetches models and looks at what runs here: it reads, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra import iam
from infra.buckets import Bucket
from infra.cdk import Construct
from infra.identity import Role, RoleProps
from infra.model_registry import packages_arn
from infra.site import Site
from infra.workload import read


@dataclass(frozen=True, kw_only=True)
class PromotionProps:
    """`accounts`: where those live who may take the role; `image_arns`: repositories they may pull from."""

    site: Site
    accounts: Sequence[str]
    models: Bucket
    key_arn: str
    model_registry_arn: str
    image_arns: Sequence[str]
    boundary_arn: str


class PromotionReader(Construct):
    def __init__(self, scope: Construct, id: str, props: PromotionProps) -> None:
        super().__init__(scope, id)
        role = Role(
            self,
            "identity",
            RoleProps(
                site=props.site,
                name=f"{props.site.prefix}-promotion-reader",
                description="Pipelines of the next environment read models with it",
                trust=[trust(props)],
                boundary_arn=props.boundary_arn,
                statements=_statements(props),
            ),
        )
        self.role_arn: str = role.arn


def trust(props: PromotionProps) -> iam.Statement:
    """Those accounts, and in them only the pipelines of this project, and who promotes: CI and operators."""
    site, who = props.site, ("ci", "ops", "pipelines")
    roles = [f"arn:{site.partition}:iam::{a}:role/{site.project}-*-{w}" for a in props.accounts for w in who]
    return {
        "Effect": "Allow",
        "Principal": iam.accounts(props.accounts, site.partition),
        "Action": ["sts:AssumeRole"],
        "Condition": {"ArnLike": {"aws:PrincipalArn": roles}},
    }


def _statements(props: PromotionProps) -> list[iam.Statement]:
    return [
        *read("Models", props.models),
        iam.allow(
            "WhatRunsHere",
            ["ssm:GetParameter"],
            [props.site.arn("ssm", f"parameter/groundway/{props.site.environment}/*")],
        ),
        iam.allow("Keys", ["kms:Decrypt", "kms:DescribeKey"], [props.key_arn]),
        iam.allow(
            "ModelPackages",
            ["sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup"],
            [props.model_registry_arn, packages_arn(props.site)],
        ),
        iam.allow(
            "Images",
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            props.image_arns,
        ),
        iam.allow("ImageLogin", ["ecr:GetAuthorizationToken"], ["*"]),  # AWS knows no resource for it
    ]
