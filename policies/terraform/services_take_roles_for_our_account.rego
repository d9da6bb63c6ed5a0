package main

import data.lib.grants
import data.lib.sharing
import data.lib.terraform as tf

# METADATA
# title: A service takes a role on behalf of our account only
# description: >-
#   A service acts for whoever asks it to. Without aws:SourceAccount, somebody else's account can have it take our role:
#   the confused deputy. EC2 alone does not say for whom it acts; only instances of the account can carry its roles.
# custom:
#   severity: high
#   controls: [NIST 800-53 AC-3, NIST 800-53 AC-6]
#   mend: Give the account to infra/iam.py's trust(); it writes StringEquals aws:SourceAccount.
#   types: [aws_iam_role]
#   breaks:
#     - {type: aws_iam_role, at: assume_role_policy.Statement, append: {Effect: Allow,
#         Principal: {Service: sagemaker.amazonaws.com}, Action: "sts:AssumeRole"}}
#     - {type: aws_iam_role, at: assume_role_policy.Statement, append: {Effect: Allow,
#         Principal: {Service: [ec2.amazonaws.com, eks.amazonaws.com]}, Action: "sts:AssumeRole"}}
#     - {type: aws_iam_role, at: assume_role_policy.Statement.*.Condition.StringEquals.aws:SourceAccount,
#         set: "999999999999"}
#     - {type: aws_iam_role, at: assume_role_policy.Statement.*.Condition.StringEquals.aws:SourceAccount, remove: true}
#     - {type: aws_iam_role, at: assume_role_policy.Statement, append: {Effect: Allow,
#         Principal: {Service: eks.amazonaws.com}, Action: "sts:AssumeRole",
#         Condition: {StringLike: {"aws:SourceAccount": "*"}}}}
deny_identity contains tf.finding(
	"services_take_roles_for_our_account",
	trust.resource,
	trust.statement.conditions,
	message,
) if {
	some trust in sharing.trusted
	services := sharing.services(trust.statement)
	count(services - {"ec2.amazonaws.com"}) > 0
	not for_our_account(trust.statement)
	message := "must want our account in StringEquals aws:SourceAccount"
}

for_our_account(statement) if {
	accounts := grants.wanted(statement, ["StringEquals"], "aws:SourceAccount")
	count(accounts) > 0
	every account in accounts {
		account in tf.allowed.accounts
	}
}
