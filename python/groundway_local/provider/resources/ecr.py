"""Container image repositories."""

from __future__ import annotations

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec
from groundway_local.provider.tagging import by_arn
from groundway_local.provider.values import State

_NAME = {"repositoryName": "{name}"}
_REPOSITORY = {"repositoryName": "{repository}"}
_RULE = {"ecrRepositoryPrefix": "{ecr_repository_prefix}"}
# Basic scanning without a rule is what every account has from the beginning: nothing is configured.
_SCANNING = (
    "[{registryId: registryId, scanType: scanningConfiguration.scanType, rules: scanningConfiguration.rules}]"
    " | [?rules || scanType != 'BASIC'] | [0]"
)


def _scan_as_at_first(api: Api, _state: State) -> None:
    """The configuration of a registry cannot be deleted: it goes back to what every account has."""
    api.call("put_registry_scanning_configuration", scanType="BASIC", rules=[])


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
    "aws_ecr_repository_policy": Spec(
        "ecr",
        "",
        Op("set_repository_policy"),
        id="{repository}",
        read=(Op("get_repository_policy", {"repositoryName": "{id}"}),),
        update=(Op("set_repository_policy", whole=True),),
        delete=Op("delete_repository_policy", _REPOSITORY),
        names={"repository": "repositoryName", "policy": "policyText"},
        replace=("repository",),
    ),
    "aws_ecr_registry_scanning_configuration": Spec(
        "ecr",
        "",
        Op("put_registry_scanning_configuration"),
        id="{account}",
        read=(Op("get_registry_scanning_configuration", {}, _SCANNING),),
        update=(Op("put_registry_scanning_configuration", whole=True),),
        before_delete=_scan_as_at_first,
        names={"rule": "rules", "rule.repository_filter": "repositoryFilters"},
    ),
    "aws_ecr_pull_through_cache_rule": Spec(
        "ecr",
        "",
        Op("create_pull_through_cache_rule"),
        id="{ecr_repository_prefix}",
        read=(
            Op("describe_pull_through_cache_rules", {"ecrRepositoryPrefixes": ["{id}"]}, "pullThroughCacheRules[0]"),
        ),
        update=(Op("update_pull_through_cache_rule", _RULE, attrs=("credential_arn", "custom_role_arn"), whole=True),),
        delete=Op("delete_pull_through_cache_rule", _RULE),
        support="recorded",
    ),
    "aws_ecr_repository_creation_template": Spec(
        "ecr",
        "",
        Op("create_repository_creation_template"),
        id="{prefix}",
        read=(
            Op("describe_repository_creation_templates", {"prefixes": ["{id}"]}, "repositoryCreationTemplates[0]"),
            Op("describe_registry", {}, "{registryId: registryId}"),
        ),
        update=(Op("update_repository_creation_template", {"prefix": "{prefix}"}, whole=True),),
        delete=Op("delete_repository_creation_template", {"prefix": "{prefix}"}),
        defaults={"encryption_configuration.encryption_type": "AES256", "image_tag_mutability": "MUTABLE"},
        filled=("encryption_configuration",),
        replace=("prefix",),
        support="recorded",
    ),
}
