package main

import data.lib.grants
import data.lib.iam
import data.lib.terraform as tf

# METADATA
# title: A role is handed on by name, and to services that security knows
# description: >-
#   Who may pass any role to a service does through that service whatever the strongest role can do. This is how most
#   privilege escalations in AWS end.
# custom:
#   severity: critical
#   controls: [NIST 800-53 AC-6, NIST 800-53 AC-5]
#   mend: >-
#     Name the role in Resource and the service in StringEquals iam:PassedToService (passed_to in
#     policies/allowed.yaml).
#   types: [aws_iam_policy, aws_iam_role_policy, aws_iam_user_policy, aws_iam_group_policy]
#   breaks:
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "iam:PassRole", Resource: "*",
#         Condition: {StringEquals: {"iam:PassedToService": sagemaker.amazonaws.com}}}}
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "iam:PassRole",
#         Resource: "arn:aws:iam::111111111111:role/groundway-dev-training"}}
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "iam:PassRole",
#         Resource: "arn:aws:iam::111111111111:role/groundway-dev-training",
#         Condition: {StringLike: {"iam:PassedToService": "*"}}}}
#     - {type: aws_iam_policy, at: policy.Statement, append: {Effect: Allow, Action: "iam:PassRole",
#         Resource: "arn:aws:iam::111111111111:role/groundway-*",
#         Condition: {StringEquals: {"iam:PassedToService": lambda.amazonaws.com}}}}
deny_identity contains tf.finding("roles_are_passed_by_name", grant.policy, grant.statement.resources, message) if {
	some grant in grants.about("iam")
	iam.names(grant.statement, "iam:passrole")
	not passes_by_name(grant.statement)
	message := "must name the role that is passed, and a service that may get it"
}

passes_by_name(statement) if {
	count(statement.resources) > 0
	every resource in statement.resources {
		grants.is_named_role(resource)
	}
	services := grants.wanted(statement, ["StringEquals"], "iam:PassedToService")
	count(services) > 0
	every service in services {
		service in data.allowed.passed_to
	}
}
