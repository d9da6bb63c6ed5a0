package main

import data.lib.iam
import data.lib.sharing
import data.lib.terraform as tf

# METADATA
# title: What is allowed is named, not left over
# description: >-
#   NotAction, NotResource and NotPrincipal beside Allow give everything but a few things: all of it that AWS adds later
#   as well. A trust or resource policy that does so lets in whoever is not named.
# custom:
#   severity: high
#   controls: [NIST 800-53 AC-6, NIST 800-53 AC-3]
#   mend: Say in Action, Resource and Principal what is allowed.
#   types:
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
#     - {type: aws_iam_role_policy, at: policy.Statement.0.NotAction, set: "iam:*"}
#     - {type: aws_iam_role_policy, at: policy.Statement.0.NotResource, set: "arn:aws:s3:::groundway-dev-data"}
#     - {type: aws_iam_policy, at: policy.Statement, append: {Effect: Allow, NotAction: "iam:*", Resource: "*"}}
#     - {type: aws_kms_key, at: policy.Statement.0.NotPrincipal, set: "*"}
#     - {type: aws_s3_bucket_policy, at: policy.Statement, append: {Effect: Allow,
#         NotPrincipal: {AWS: "arn:aws:iam::999999999999:root"}, Action: "s3:GetObject",
#         Resource: "arn:aws:s3:::mine/*"}}
deny_identity contains tf.finding("policies_exclude_nothing", resource, statement, "must not allow by exclusion") if {
	some type, _ in sharing.policy_attributes
	some resource in tf.of(type)
	some statement in iam.allowed(resource)
	[statement.excluded_actions, statement.excluded_resources, statement.excluded_principals] != [[], [], {}]
}
