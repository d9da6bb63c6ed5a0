package images_never_change_test

import data.lib.example

repository := {"image_tag_mutability": "IMMUTABLE", "encryption_configuration": [{"encryption_type": "KMS"}]}

template := object.union(repository, {
	"prefix": "quay",
	"applied_for": ["PULL_THROUGH_CACHE"],
	"lifecycle_policy": "{}",
})

test_images_never_change if {
	repositories := {
		"kept": repository,
		"mutable": object.union(repository, {"image_tag_mutability": "MUTABLE"}),
		"unsaid": object.remove(repository, ["image_tag_mutability"]),
		"with_exceptions": object.union(repository, {"image_tag_mutability": "IMMUTABLE_WITH_EXCLUSION"}),
		"key_of_aws": object.union(repository, {"encryption_configuration": [{"encryption_type": "AES256"}]}),
		"unsaid_encryption": object.remove(repository, ["encryption_configuration"]),
	}
	example.verdicts("images_never_change", {"resource": {
		"aws_ecr_repository": object.union(repositories, {"untidied": repository}),
		"aws_ecr_lifecycle_policy": {name: {"repository": sprintf("${aws_ecr_repository.%s.name}", [name])} |
			some name, _ in repositories
		},
	}}).fail == {
		"aws_ecr_repository.mutable",
		"aws_ecr_repository.unsaid",
		"aws_ecr_repository.with_exceptions",
		"aws_ecr_repository.key_of_aws",
		"aws_ecr_repository.unsaid_encryption",
		"aws_ecr_repository.untidied",
	}
}

test_copies_of_public_images if {
	example.verdicts("images_never_change", {"resource": {
		"aws_ecr_repository_creation_template": {
			"kept": template,
			"mutable": object.remove(template, ["image_tag_mutability"]),
			"key_of_aws": object.union(template, {"encryption_configuration": [{"encryption_type": "AES256"}]}),
			"untidied": object.remove(template, ["lifecycle_policy"]),
			"of_copies": object.union(template, {"prefix": "kubernetes", "applied_for": ["REPLICATION"]}),
		},
		"aws_ecr_pull_through_cache_rule": {
			"templated": {"ecr_repository_prefix": "quay"},
			"bare": {"ecr_repository_prefix": "ecr-public"},
			"of_copies": {"ecr_repository_prefix": "kubernetes"},
			"unsaid": {},
		},
	}}) == {
		"pass": {
			"aws_ecr_repository_creation_template.kept",
			"aws_ecr_repository_creation_template.of_copies",
			"aws_ecr_pull_through_cache_rule.templated",
		},
		"fail": {
			"aws_ecr_repository_creation_template.mutable",
			"aws_ecr_repository_creation_template.key_of_aws",
			"aws_ecr_repository_creation_template.untidied",
			"aws_ecr_pull_through_cache_rule.bare",
			"aws_ecr_pull_through_cache_rule.of_copies",
			"aws_ecr_pull_through_cache_rule.unsaid",
		},
	}
}
