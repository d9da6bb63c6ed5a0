package main

import data.lib.grants
import data.lib.sharing
import data.lib.terraform as tf

# METADATA
# title: What carries a policy of its own names who may do what with it
# description: >-
#   A bucket, key, queue, topic, registry or endpoint whose policy lets in everybody is open to all of AWS, whatever our
#   own roles may. Other accounts are those to which models and images are promoted.
# custom:
#   severity: critical
#   controls: [AWS FSBP S3.6, NIST 800-53 AC-3, NIST 800-53 AC-4]
#   mend: >-
#     Name accounts with accounts() and services with allow_service() of infra/iam.py, and actions one by one. Who is
#     promoted to is in policies/allowed.yaml.
#   types:
#     - aws_ecr_repository_creation_template
#     - aws_ecr_repository_policy
#     - aws_kms_key
#     - aws_s3_bucket_policy
#     - aws_sagemaker_model_package_group_policy
#     - aws_sns_topic_policy
#     - aws_sqs_queue_policy
#     - aws_vpc_endpoint
#   breaks:
#     - {type: aws_s3_bucket_policy, at: policy.Statement, append: {Effect: Allow, Principal: "*",
#         Action: "s3:GetObject", Resource: "arn:aws:s3:::mine/*"}}
#     - {type: aws_s3_bucket_policy, at: policy.Statement, append: {Effect: Allow,
#         Principal: {AWS: "arn:aws:iam::999999999999:root"}, Action: "s3:GetObject", Resource: "arn:aws:s3:::mine/*"}}
#     - {type: aws_kms_key, at: policy.Statement.*.Principal, set: {AWS: "*"}}
#     - {type: aws_kms_key, at: policy.Statement.0.Action, set: "kms:*"}
#     - {type: aws_sqs_queue_policy, at: policy.Statement.*.Effect, set: Allow}
#     - {type: aws_sns_topic_policy, at: policy.Statement.0.Principal, set: {AWS: "999999999999"}}
#     - {type: aws_ecr_repository_policy, at: policy.Statement.*.Principal, set: "*"}
#     - {type: aws_sagemaker_model_package_group_policy, at: resource_policy.Statement.*.Principal,
#         set: {AWS: "arn:aws:iam::999999999999:root"}}
#     - {type: aws_vpc_endpoint, at: policy.Statement.0.Condition,
#         set: {StringEquals: {"aws:PrincipalAccount": "999999999999"}}}
#     - {type: aws_vpc_endpoint, at: policy.Statement, append: {Effect: Allow, Principal: "*", Action: "*",
#         Resource: "*"}}
deny_identity contains tf.finding("things_are_shared_by_name", grant.resource, grant.statement, message) if {
	some grant in sharing.shared
	not names_who(grant.resource, grant.statement)
	message := "must name who may do it: accounts that we know, or a condition on ours"
}

deny_identity contains tf.finding("things_are_shared_by_name", grant.resource, grant.statement.actions, message) if {
	some grant in sharing.shared
	some action in grant.statement.actions
	regex.match(`^(\*|[a-z0-9-]+:\*)$`, action)
	not is_open_endpoint(grant)
	message := "must name the actions"
}

deny_identity contains tf.finding("things_are_shared_by_name", grant.resource, grant.statement.resources, message) if {
	some grant in sharing.shared
	some resource in grant.statement.resources
	grants.everything(resource)
	grant.resource.type != "aws_kms_key" # whose policy is about the key alone, and calls it "*"
	not is_open_endpoint(grant)
	message := "must name the resource"
}

# An endpoint lets through what our own principals do, as far as they may; or what anybody may do with things that are
# named, since nodes fetch public images and packages.
is_open_endpoint(grant) if {
	grant.resource.type == "aws_vpc_endpoint"
	sharing.holds_for_us(grant.statement, {"aws:principalaccount", "aws:resourceaccount"})
}

names_who(resource, statement) if {
	count(statement.principals) > 0
	every kind, who in statement.principals {
		count(who) > 0
		every one in who {
			is_named_user(kind, one, resource, statement)
		}
	}
}

is_named_user("Service", _, _, _)

is_named_user("AWS", who, _, _) if {
	who != "*"
	sharing.is_ours(who)
}

is_named_user("AWS", who, resource, _) if {
	resource.type in {"aws_ecr_repository_policy", "aws_sagemaker_model_package_group_policy"}
	some account in tf.allowed.promoted_to
	who == sprintf("arn:aws:iam::%s:root", [account])
}

is_named_user(_, "*", _, statement) if sharing.holds_for_us(statement, {"aws:principalaccount", "aws:sourceaccount"})

is_named_user(_, "*", resource, statement) if {
	resource.type == "aws_vpc_endpoint"
	count(statement.resources) > 0
	every named in statement.resources {
		not grants.everything(named)
	}
}
