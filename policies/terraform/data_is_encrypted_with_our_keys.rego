package main

import data.lib.terraform as tf

# METADATA
# title: Data, logs, metrics, messages and images are encrypted with keys of ours
# description: >-
#   AWS's own keys open for whoever may read the thing. A key of ours has a policy that says who may use it, and can be
#   taken away.
# custom:
#   severity: high
#   controls: [CIS AWS v3.0 3.5, AWS FSBP CloudTrail.2, AWS FSBP RDS.3, NIST 800-53 SC-12, NIST 800-53 SC-28]
#   mend: Name a key made with infra/keys.py; "alias/aws/..." are AWS's own.
#   types:
#     - aws_athena_workgroup
#     - aws_cloudtrail
#     - aws_cloudwatch_log_group
#     - aws_db_instance
#     - aws_dynamodb_table
#     - aws_ecr_repository
#     - aws_ecr_repository_creation_template
#     - aws_prometheus_workspace
#     - aws_s3_bucket_server_side_encryption_configuration
#     - aws_sagemaker_feature_group
#     - aws_secretsmanager_secret
#     - aws_sns_topic
#   breaks:
#     - type: aws_athena_workgroup
#       at: configuration.result_configuration.encryption_configuration.kms_key_arn
#       remove: true
#     - {type: aws_cloudtrail, remove: kms_key_id}
#     - {type: aws_cloudwatch_log_group, remove: kms_key_id}
#     - {type: aws_cloudwatch_log_group, at: kms_key_id, set: "${aws_kms_alias.any.arn}"}
#     - {type: aws_db_instance, remove: kms_key_id}
#     - {type: aws_db_instance, at: kms_key_id, set: alias/aws/rds}
#     - {type: aws_db_instance, remove: master_user_secret_kms_key_id}
#     - {type: aws_db_instance, remove: performance_insights_kms_key_id}
#     - {type: aws_dynamodb_table, remove: server_side_encryption}
#     - {type: aws_dynamodb_table, at: server_side_encryption.kms_key_arn, remove: true}
#     - {type: aws_ecr_repository, remove: encryption_configuration}
#     - {type: aws_ecr_repository, at: encryption_configuration.kms_key, remove: true}
#     - {type: aws_ecr_repository_creation_template, remove: encryption_configuration}
#     - {type: aws_prometheus_workspace, remove: kms_key_arn}
#     - type: aws_s3_bucket_server_side_encryption_configuration
#       at: rule.apply_server_side_encryption_by_default.kms_master_key_id
#       remove: true
#     - type: aws_s3_bucket_server_side_encryption_configuration
#       at: rule.apply_server_side_encryption_by_default.kms_master_key_id
#       set: alias/aws/s3
#     - {type: aws_sagemaker_feature_group, at: offline_store_config.s3_storage_config.kms_key_id, remove: true}
#     - {type: aws_sagemaker_feature_group, at: online_store_config.security_config, remove: true}
#     - {insert: {aws_secretsmanager_secret: {name: token}}}
#     - {type: aws_sns_topic, remove: kms_master_key_id}
#     - {type: aws_sns_topic, at: kms_master_key_id, set: alias/aws/sns}
deny_encryption contains tf.finding("data_is_encrypted_with_our_keys", holder, {path: key}, message) if {
	some type, paths in paths_of_keys
	some holder in tf.of(type)
	some path in paths
	key_is_wanted(holder, path)
	key := tf.at(holder.values, path, null)
	not is_our_key(key)
	message := "must be encrypted with a key of ours"
}

paths_of_keys := {
	"aws_athena_workgroup": [["configuration", "result_configuration", "encryption_configuration", "kms_key_arn"]],
	"aws_cloudtrail": [["kms_key_id"]],
	"aws_cloudwatch_log_group": [["kms_key_id"]],
	"aws_db_instance": [["kms_key_id"], ["master_user_secret_kms_key_id"], ["performance_insights_kms_key_id"]],
	"aws_dynamodb_table": [["server_side_encryption", "kms_key_arn"]],
	"aws_ecr_repository": [["encryption_configuration", "kms_key"]],
	"aws_ecr_repository_creation_template": [["encryption_configuration", "kms_key"]],
	"aws_prometheus_workspace": [["kms_key_arn"]],
	"aws_s3_bucket_server_side_encryption_configuration": [[
		"rule",
		"apply_server_side_encryption_by_default",
		"kms_master_key_id",
	]],
	"aws_sagemaker_feature_group": [
		["offline_store_config", "s3_storage_config", "kms_key_id"],
		["online_store_config", "security_config", "kms_key_id"],
	],
	"aws_secretsmanager_secret": [["kms_key_id"]],
	"aws_sns_topic": [["kms_master_key_id"]],
}

# Everywhere, but for parts that are not there. That a bucket does not do without KMS is buckets_are_encrypted.
key_is_wanted(holder, path) if not path[0] in {"performance_insights_kms_key_id", "online_store_config", "rule"}

key_is_wanted(holder, ["performance_insights_kms_key_id"]) if tf.yes(holder.values.performance_insights_enabled)

key_is_wanted(holder, ["online_store_config", _, _]) if tf.yes(tf.at(
	holder.values,
	["online_store_config", "enable_online_store"],
	false,
))

key_is_wanted(holder, ["rule", by, _]) if tf.at(holder.values, ["rule", by, "sse_algorithm"], null) != "AES256"

key_is_wanted(holder, ["rule", by, key]) if tf.at(holder.values, ["rule", by, key], null) != null

# Made here or in another stack; a plan may know it already.
is_our_key(key) if {
	is_string(key)
	regex.match(`^\$\{(aws_kms_key\.|data\.terraform_remote_state\..*aws_kms_key)`, key)
}

is_our_key(key) if {
	is_string(key)
	regex.match(sprintf(`^arn:aws[\w-]*:kms:[\w-]+:(%s):key/`, [concat("|", tf.allowed.accounts)]), key)
}
