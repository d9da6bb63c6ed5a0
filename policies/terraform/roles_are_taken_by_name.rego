package main

import data.lib.grants
import data.lib.iam
import data.lib.terraform as tf

# METADATA
# title: A role takes another one by name, and outside the account only those that security knows
# description: >-
#   Who may assume any role that trusts the account can do all that those roles can. Pipelines read models where these
#   are promoted from; that is the only role of other accounts that ours take.
# custom:
#   severity: high
#   controls: [NIST 800-53 AC-6]
#   mend: Name the role in Resource; roles of other accounts are listed in assumable_roles of policies/allowed.yaml.
#   types: [aws_iam_policy, aws_iam_role_policy, aws_iam_user_policy, aws_iam_group_policy]
#   breaks:
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "sts:AssumeRole",
#         Resource: "*"}}
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "sts:AssumeRole",
#         Resource: "arn:aws:iam::999999999999:role/elsewhere"}}
#     - {type: aws_iam_policy, at: policy.Statement, append: {Effect: Allow, Action: ["sts:AssumeRole"],
#         Resource: "arn:aws:iam::111111111111:role/*"}}
deny_identity contains tf.finding("roles_are_taken_by_name", grant.policy, resource, message) if {
	some grant in grants.about("sts")
	some action in {"sts:assumerole", "sts:assumerolewithwebidentity", "sts:assumerolewithsaml"}
	iam.names(grant.statement, action)
	some resource in grant.statement.resources
	not may_be_taken(resource)
	message := "must name a role that may be taken"
}

may_be_taken(role) if grants.is_named_role(role)

may_be_taken(role) if role in data.allowed.assumable_roles
