# Who may use a thing that carries a policy of its own, or a role: their principals.
package lib.sharing

import data.lib.iam
import data.lib.terraform as tf

# Where each type holds its policy.
policy_attributes := {
	"aws_ecr_repository_creation_template": "repository_policy",
	"aws_ecr_repository_policy": "policy",
	"aws_iam_policy": "policy",
	"aws_iam_role": "assume_role_policy",
	"aws_iam_role_policy": "policy",
	"aws_kms_key": "policy",
	"aws_s3_bucket_policy": "policy",
	"aws_sagemaker_model_package_group_policy": "resource_policy",
	"aws_sns_topic_policy": "policy",
	"aws_sqs_queue_policy": "policy",
	"aws_vpc_endpoint": "policy",
}

identity_types := {"aws_iam_policy", "aws_iam_role", "aws_iam_role_policy"}

# Every allowance that a thing's own policy gives: {resource, statement}.
shared := [{"resource": resource, "statement": statement} |
	some type, _ in policy_attributes
	not type in identity_types
	some resource in tf.of(type)
	some statement in iam.allowed(resource)
]

# The same of roles: who may take them.
trusted := [{"resource": role, "statement": statement} |
	some role in tf.of("aws_iam_role")
	some statement in iam.allowed(role)
]

# Services that a statement lets in.
services(statement) := {who | some who in object.get(statement.principals, "Service", [])}

# What names our account: its id, an ARN in it, or something of this stack.
is_ours(value) if value in tf.allowed.accounts

is_ours(value) if {
	parts := split(value, ":")
	parts[0] == "arn"
	parts[4] in tf.allowed.accounts
}

is_ours(value) if tf.is_reference(value)

# Whether a statement holds for our account alone, by one of these keys: every value of the key names it.
holds_for_us(statement, keys) if {
	some operator in {"StringEquals", "ArnEquals", "ArnLike"}
	some name, values in object.get(statement.conditions, operator, {})
	lower(name) in keys
	count(iam.listed(values)) > 0
	every value in iam.listed(values) {
		is_ours(value)
	}
}
