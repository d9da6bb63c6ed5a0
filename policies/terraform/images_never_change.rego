package main

import data.lib.terraform as tf

# METADATA
# title: A tag of an image names the same image for ever, and repositories are tidied and encrypted by KMS
# description: >-
#   What was scanned, signed and approved under a tag must be what runs under it. Copies of public images that are made
#   by the first pull are held to the same.
# custom:
#   severity: high
#   controls: [AWS FSBP ECR.2, AWS FSBP ECR.3, NIST 800-53 CM-2, NIST 800-53 SC-28]
#   mend: Make repositories with infra/image_registry.py and copies of public images with infra/pull_through.py.
#   types:
#     - aws_ecr_lifecycle_policy
#     - aws_ecr_pull_through_cache_rule
#     - aws_ecr_repository
#     - aws_ecr_repository_creation_template
#   breaks:
#     - {type: aws_ecr_repository, at: image_tag_mutability, set: MUTABLE}
#     - {type: aws_ecr_repository, remove: image_tag_mutability}
#     - {type: aws_ecr_repository, at: image_tag_mutability, set: IMMUTABLE_WITH_EXCLUSION}
#     - {type: aws_ecr_repository, at: encryption_configuration.encryption_type, set: AES256}
#     - {type: aws_ecr_lifecycle_policy, drop: true}
#     - {type: aws_ecr_repository_creation_template, at: image_tag_mutability, set: MUTABLE}
#     - {type: aws_ecr_repository_creation_template, remove: image_tag_mutability}
#     - {type: aws_ecr_repository_creation_template, at: encryption_configuration.encryption_type, remove: true}
#     - {type: aws_ecr_repository_creation_template, remove: lifecycle_policy}
#     - {type: aws_ecr_repository_creation_template, drop: true}
#     - {type: aws_ecr_repository_creation_template, at: applied_for, set: [REPLICATION]}
#     - {type: aws_ecr_pull_through_cache_rule, at: ecr_repository_prefix, set: elsewhere}
deny_data contains tf.finding("images_never_change", holder, mutability, "must have immutable tags") if {
	some type in {"aws_ecr_repository", "aws_ecr_repository_creation_template"}
	some holder in tf.of(type)
	mutability := object.get(holder.values, "image_tag_mutability", null)
	mutability != "IMMUTABLE"
}

deny_data contains tf.finding("images_never_change", holder, kind, "must be encrypted by KMS") if {
	some type in {"aws_ecr_repository", "aws_ecr_repository_creation_template"}
	some holder in tf.of(type)
	kind := tf.at(holder.values, ["encryption_configuration", "encryption_type"], null)
	not kind in {"KMS", "KMS_DSSE"}
}

deny_data contains tf.finding("images_never_change", repository, null, "must have a lifecycle policy") if {
	some repository in tf.of("aws_ecr_repository")
	not repository.address in tidied_repositories
}

deny_data contains tf.finding("images_never_change", template, null, "must have a lifecycle policy") if {
	some template in tf.of("aws_ecr_repository_creation_template")
	object.get(template.values, "lifecycle_policy", null) in {null, ""}
}

deny_data contains tf.finding("images_never_change", rule, prefix, "must have a template for what it makes") if {
	some rule in tf.of("aws_ecr_pull_through_cache_rule")
	prefix := object.get(rule.values, "ecr_repository_prefix", null)
	not prefix in templated_prefixes
}

tidied_repositories contains address if {
	some policy in tf.of("aws_ecr_lifecycle_policy")
	some address in tf.references(policy, "repository")
}

templated_prefixes contains template.values.prefix if {
	some template in tf.of("aws_ecr_repository_creation_template")
	"PULL_THROUGH_CACHE" in template.values.applied_for
}
