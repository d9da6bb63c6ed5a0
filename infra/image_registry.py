"""Container image repositories: immutable tags, scanned on push, encrypted, old images expire."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from infra import iam
from infra.cdk import Construct, aws
from infra.protection import keep
from infra.site import Site

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer")
UNTAGGED_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class ImageRepositoryProps:
    """`keep`: the last so many images. `readers`: other accounts that may pull, where their own IAM allows it too."""

    site: Site
    name: str
    key_arn: str
    keep: int = 30
    readers: Sequence[str] = ()
    force_delete: bool = False
    protect: bool = False


class ImageRepository(Construct):
    def __init__(self, scope: Construct, id: str, props: ImageRepositoryProps) -> None:
        super().__init__(scope, id)
        ecr = aws.ecr_repository
        self.repository = ecr.EcrRepository(
            self,
            "repository",
            name=props.name,
            image_tag_mutability="IMMUTABLE",
            force_delete=props.force_delete,
            image_scanning_configuration=ecr.EcrRepositoryImageScanningConfiguration(scan_on_push=True),
            encryption_configuration=[
                ecr.EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=props.key_arn)
            ],
            lifecycle=keep(props.protect),
        )
        name: str = self.repository.name
        aws.ecr_lifecycle_policy.EcrLifecyclePolicy(self, "retention", repository=name, policy=retention(props.keep))
        if props.readers:
            pull = iam.allow("PullFromOtherAccounts", PULL, [])
            del pull["Resource"]  # a repository's policy is about that repository
            principal = iam.accounts(props.readers, props.site.partition)
            aws.ecr_repository_policy.EcrRepositoryPolicy(
                self, "readers", repository=name, policy=iam.document({**pull, "Principal": principal})
            )
        self.url: str = self.repository.repository_url
        self.arn: str = self.repository.arn


def retention(count: int) -> str:
    """A lifecycle policy: what lost its tag goes after a week; of the rest, the last `count` images stay."""
    rules = [
        _expire(
            1,
            f"Untagged images go after {UNTAGGED_DAYS} days",
            {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": UNTAGGED_DAYS,
            },
        ),
        _expire(
            2,
            f"Keep the last {count} images",
            {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count},
        ),
    ]
    return json.dumps({"rules": rules}, separators=(",", ":"))


def _expire(priority: int, description: str, selection: dict[str, str | int]) -> dict[str, object]:
    action = {"type": "expire"}
    return {"rulePriority": priority, "description": description, "selection": selection, "action": action}
