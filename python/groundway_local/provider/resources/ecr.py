"""Container image repositories."""

from __future__ import annotations

from groundway_local.provider.spec import Op, Spec
from groundway_local.provider.tagging import by_arn

_NAME = {"repositoryName": "{name}"}
_REPOSITORY = {"repositoryName": "{repository}"}

SPECS = {
    "aws_ecr_repository": Spec(
        "ecr",
        "Repository",
        Op("create_repository"),
        id="{name}",
        read=(Op("describe_repositories", {"repositoryNames": ["{id}"]}, "repositories[0]"),),
        update=(
            Op("put_image_tag_mutability", _NAME, attrs=("image_tag_mutability",)),
            Op("put_image_scanning_configuration", _NAME, attrs=("image_scanning_configuration",)),
        ),
        delete=Op("delete_repository", {**_NAME, "force": "{force_delete}"}),
        names={"repository_url": "repositoryUri"},
        defaults={
            "encryption_configuration.encryption_type": "AES256",
            "force_delete": False,
            "image_tag_mutability": "MUTABLE",
        },
        provider_only=("force_delete",),
        tagging=by_arn("list_tags_for_resource", "resourceArn", "tags"),
    ),
    "aws_ecr_lifecycle_policy": Spec(
        "ecr",
        "",
        Op("put_lifecycle_policy"),
        id="{repository}",
        read=(Op("get_lifecycle_policy", _REPOSITORY),),
        update=(Op("put_lifecycle_policy", whole=True),),
        delete=Op("delete_lifecycle_policy", _REPOSITORY),
        names={"repository": "repositoryName", "policy": "lifecyclePolicyText"},
        replace=("repository",),
    ),
}
