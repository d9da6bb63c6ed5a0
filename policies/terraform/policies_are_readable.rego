package main

import data.lib.iam
import data.lib.sharing
import data.lib.terraform as tf

# METADATA
# title: Every policy is text of its own that a reviewer and the other rules can read
# description: >-
#   A policy that is no JSON, that comes from elsewhere or that spells an element otherwise is one that no other rule
#   sees into. Version 2012-10-17 is wanted because older policies read their variables as plain text.
# custom:
#   severity: critical
#   controls: [NIST 800-53 AC-6, NIST 800-53 CM-6]
#   mend: Write the policy with infra/iam.py's document(), as a resource of its own and not as a block of the role.
#   types:
#     - aws_ecr_repository_creation_template
#     - aws_ecr_repository_policy
#     - aws_iam_policy
#     - aws_iam_role
#     - aws_iam_role_policy
#     - aws_kms_key
#     - aws_s3_bucket_policy
#     - aws_sagemaker_model_package_group_policy
#     - aws_sns_topic_policy
#     - aws_sqs_queue_policy
#     - aws_vpc_endpoint
#   breaks:
#     - {type: aws_iam_role_policy, at: policy, set: Allow everything}
#     - {type: aws_iam_role_policy, at: policy, set: "${data.aws_iam_policy_document.elsewhere.json}"}
#     - {type: aws_iam_role_policy, remove: policy}
#     - {type: aws_iam_role, at: assume_role_policy.Version, set: "2008-10-17"}
#     - {type: aws_iam_role, at: inline_policy, set: [{name: more, policy: "{}"}]}
#     - {type: aws_iam_policy, at: policy.Statement.0.effect, set: Allow}
#     - {type: aws_kms_key, at: policy.Statement, set: []}
#     - {type: aws_s3_bucket_policy, at: policy.Statement.0.Effect, set: allow}
#     - {type: aws_sqs_queue_policy, remove: policy}
#     - {type: aws_sns_topic_policy, at: policy.Version, remove: true}
deny_identity contains tf.finding("policies_are_readable", resource, text, message) if {
	some type, attribute in sharing.policy_attributes
	some resource in tf.of(type)
	text := object.get(resource.values, attribute, null)
	not readable_policy(text)
	not unsaid_policy(type, text)
	message := sprintf("%s must be a policy document, written out", [attribute])
}

deny_identity contains tf.finding("policies_are_readable", role, block, message) if {
	some role in tf.of("aws_iam_role")
	some attribute in {"inline_policy", "managed_policy_arns"}
	block := object.get(role.values, attribute, [])
	not block in [null, []]
	# What a plan reads back of a role lists the policies that are resources of their own.
	not tf.plan
	message := sprintf("%s must be a resource of its own", [attribute])
}

# Where AWS's own policy serves: other rules say whether it may.
unsaid_policy(type, null) if type in {"aws_ecr_repository_creation_template", "aws_kms_key", "aws_vpc_endpoint"}

# A plan does not know the text yet that names what is to be made; it stood in the configuration.
readable_policy(text) if {
	tf.plan
	tf.is_reference(text)
}

readable_policy(text) if {
	json.is_valid(text)
	document := json.unmarshal(text)
	document.Version == "2012-10-17"
	object.keys(document) - {"Version", "Id", "Statement"} == set()
	statements := iam.listed(document.Statement)
	count(statements) > 0
	every statement in statements {
		readable_statement(statement)
	}
}

readable_statement(statement) if {
	statement.Effect in {"Allow", "Deny"}
	count({"Action", "NotAction"} & object.keys(statement)) == 1
	unknown := object.keys(statement) - {
		"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
	}
	unknown == set()
}
