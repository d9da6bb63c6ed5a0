package main

import data.lib.grants
import data.lib.iam
import data.lib.terraform as tf

# METADATA
# title: What a role may act on is named, where AWS knows a resource
# description: >-
#   An action on "*" reaches every bucket, key and queue of the account, those of other projects too. Actions for which
#   AWS knows no resource are listed in policies/allowed.yaml.
# custom:
#   severity: high
#   controls: [AWS FSBP IAM.1, NIST 800-53 AC-6]
#   mend: Name the ARNs in the statement; only actions of actions_without_resource (policies/allowed.yaml) may say "*".
#   types: [aws_iam_policy, aws_iam_role_policy, aws_iam_user_policy, aws_iam_group_policy]
#   breaks:
#     - {type: aws_iam_role_policy, at: policy.Statement.*.Resource, set: "*"}
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "s3:GetObject",
#         Resource: "arn:aws:s3:::*"}}
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "kms:Decrypt",
#         Resource: ["arn:aws:kms:eu-west-1:111111111111:*"]}}
#     - {type: aws_iam_policy, at: policy.Statement, append: {Effect: Allow, Action: "s3:GetObject", Resource: "*"}}
deny_identity contains tf.finding("policies_name_their_resources", grant.policy, action, message) if {
	some grant in grants.all
	acts_on_everything(grant.statement)
	some action in grant.statement.actions
	not action_needs_no_resource(action)
	not boundary_needs_no_resource(grant.policy, action)
	message := "must name the resources of it"
}

acts_on_everything(statement) if {
	some resource in statement.resources
	grants.everything(resource)
}

acts_on_everything(statement) if count(statement.resources) == 0

action_needs_no_resource(action) if {
	some pattern in data.allowed.actions_without_resource
	iam.covers(lower(pattern), action)
}

boundary_needs_no_resource(policy, action) if {
	grants.is_boundary(policy)
	some pattern in data.allowed.bounded_by_anything
	iam.covers(lower(pattern), action)
}
