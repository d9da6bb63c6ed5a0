"""Public registries whose images are pulled through, and kept here: encrypted, immutable, tagged, and not for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra import iam
from infra.cdk import Construct, aws
from infra.identity import Role, RoleProps
from infra.image_registry import retention
from infra.site import Site

REGISTRIES = {"ecr-public": "public.ecr.aws", "kubernetes": "registry.k8s.io", "quay": "quay.io"}


@dataclass(frozen=True, kw_only=True)
class PullThroughProps:
    """`upstreams` are keys of `REGISTRIES`, and what names of cached repositories begin with."""

    site: Site
    upstreams: Sequence[str]
    key_arn: str
    boundary_arn: str
    tags: Mapping[str, str]
    keep: int = 30


class PullThrough(Construct):
    """For each upstream a rule, and the template of the repositories that the first pull of an image makes."""

    def __init__(self, scope: Construct, id: str, props: PullThroughProps) -> None:
        super().__init__(scope, id)
        self.repositories = [props.site.arn("ecr", f"repository/{upstream}/*") for upstream in props.upstreams]
        role = self._role(props)
        for upstream in props.upstreams:
            self._upstream(upstream, role, props)

    def grant(self, id: str, role: str) -> None:
        """Let a role, by its name, be the first to pull an image; that it may pull at all is its own affair."""
        statement = iam.allow(
            "PullThrough", ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"], self.repositories
        )
        aws.iam_role_policy.IamRolePolicy(self, id, name="image-cache", role=role, policy=iam.document(statement))

    def _upstream(self, upstream: str, role: Role, props: PullThroughProps) -> None:
        template = aws.ecr_repository_creation_template
        made = template.EcrRepositoryCreationTemplate(
            self,
            f"{upstream}-repositories",
            prefix=upstream,
            description=f"Images of {REGISTRIES[upstream]}, kept here",
            applied_for=["PULL_THROUGH_CACHE"],
            custom_role_arn=role.arn,
            image_tag_mutability="IMMUTABLE",
            encryption_configuration=[
                template.EcrRepositoryCreationTemplateEncryptionConfiguration(
                    encryption_type="KMS", kms_key=props.key_arn
                )
            ],
            lifecycle_policy=retention(props.keep),
            resource_tags=dict(props.tags),
            depends_on=role.ready,
        )
        aws.ecr_pull_through_cache_rule.EcrPullThroughCacheRule(
            self,
            f"{upstream}-rule",
            ecr_repository_prefix=upstream,
            upstream_registry_url=REGISTRIES[upstream],
            depends_on=[made],  # what is pulled before it has a template is not encrypted with our key
        )

    def _role(self, props: PullThroughProps) -> Role:
        """ECR takes it to make repositories with a key and tags."""
        return Role(
            self,
            "creator",
            RoleProps(
                site=props.site,
                name=f"{props.site.prefix}-image-cache",
                description="ECR makes repositories for images that it keeps",
                trust=[iam.trust(["ecr.amazonaws.com"], props.site.account)],
                boundary_arn=props.boundary_arn,
                statements=[
                    iam.allow(
                        "MakeRepositories",
                        ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"],
                        self.repositories,
                    ),
                    iam.allow("Encrypt", ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"], [props.key_arn]),
                ],
            ),
        )
