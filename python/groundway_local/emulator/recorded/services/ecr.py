"""ECR: rules of the pull-through cache, which pull nothing, and templates of repositories, from which none is made."""

from groundway_local.emulator.recorded.table import Record, Service, Update

SERVICE = Service(
    "ecr",
    records=(
        Record(
            noun="pull-through cache rule",
            key="{ecrRepositoryPrefix}",
            create="CreatePullThroughCacheRule",
            listings=("DescribePullThroughCacheRules",),
            updates=(Update("UpdatePullThroughCacheRule"),),
            delete="DeletePullThroughCacheRule",
            lists="pullThroughCacheRules",
            computed={"createdAt": "{now}", "updatedAt": "{now}", "registryId": "{account}"},
            updated={"updatedAt": "{now}"},
            filters={"ecrRepositoryPrefixes": "ecrRepositoryPrefix"},
            conflict="PullThroughCacheRuleAlreadyExistsException",
            not_found="PullThroughCacheRuleNotFoundException",
        ),
        Record(
            noun="repository creation template",
            key="{prefix}",
            create="CreateRepositoryCreationTemplate",
            listings=("DescribeRepositoryCreationTemplates",),
            updates=(Update("UpdateRepositoryCreationTemplate"),),
            delete="DeleteRepositoryCreationTemplate",
            wraps=("repositoryCreationTemplate",),
            lists="repositoryCreationTemplates",
            # The tags of repositories to come, not of the template.
            names={"resourceTags": "tagsOfRepositories"},
            aliases={"resourceTags": "tagsOfRepositories"},
            defaults={"imageTagMutability": "MUTABLE", "encryptionConfiguration": {"encryptionType": "AES256"}},
            computed={"createdAt": "{now}", "updatedAt": "{now}", "registryId": "{account}"},
            updated={"updatedAt": "{now}"},
            filters={"prefixes": "prefix"},
            conflict="TemplateAlreadyExistsException",
            not_found="TemplateNotFoundException",
        ),
    ),
)
