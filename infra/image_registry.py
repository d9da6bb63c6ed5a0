"""Container image repositories: immutable tags, scanned on push, encrypted, old images expire."""

import json
from dataclasses import dataclass

from infra.cdk import Construct, aws


@dataclass(frozen=True, kw_only=True)
class ImageRepositoryProps:
    name: str
    key_arn: str
    keep: int = 30
    force_delete: bool = False


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
        )
        aws.ecr_lifecycle_policy.EcrLifecyclePolicy(
            self, "retention", repository=self.repository.name, policy=_keep(props.keep)
        )
        self.url: str = self.repository.repository_url
        self.arn: str = self.repository.arn


def _keep(count: int) -> str:
    rule = {
        "rulePriority": 1,
        "description": f"Keep the last {count} images",
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count},
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]}, separators=(",", ":"))
