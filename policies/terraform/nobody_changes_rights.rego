package main

import data.lib.grants
import data.lib.iam
import data.lib.terraform as tf

# METADATA
# title: No role changes what anybody may do
# description: >-
#   CreatePolicyVersion, SetDefaultPolicyVersion, PutRolePolicy, AttachRolePolicy, UpdateAssumeRolePolicy,
#   CreateAccessKey, CreateLoginProfile, AddUserToGroup and their like each make of a small right a large one. Only
#   `groundway bootstrap` and CI write IAM. One thing is let through: to attach a policy, by name, that denies and
#   allows nothing.
# custom:
#   severity: critical
#   controls: [NIST 800-53 AC-6, NIST 800-53 AC-5]
#   mend: Take the action away; what changes rights is deployed, or done by an operator.
#   types: [aws_iam_policy, aws_iam_role_policy, aws_iam_user_policy, aws_iam_group_policy]
#   breaks:
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "iam:CreatePolicyVersion",
#         Resource: "arn:aws:iam::111111111111:policy/groundway-dev-x"}}
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: ["iam:AttachRolePolicy"],
#         Resource: "arn:aws:iam::111111111111:role/groundway-dev-training"}}
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "iam:PutRolePolicy",
#         Resource: "arn:aws:iam::111111111111:role/groundway-dev-training",
#         Condition: {ArnEquals: {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}}}}
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "iam:CreateAccessKey",
#         Resource: "arn:aws:iam::111111111111:user/somebody"}}
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "iam:UpdateAssumeRolePolicy",
#         Resource: "arn:aws:iam::111111111111:role/groundway-dev-ops"}}
#     - {type: aws_iam_policy, at: policy.Statement, append: {Effect: Allow, Action: "iam:CreateLoginProfile",
#         Resource: "arn:aws:iam::111111111111:user/somebody"}}
deny_identity contains tf.finding("nobody_changes_rights", grant.policy, action, "changes what somebody may do") if {
	some grant in grants.all
	some action in grant.statement.actions
	regex.match(`^(\*|iam|organizations|account|sso|sso-directory|identitystore|ram)(:|$)`, action)
	not only_looks(action)
	not only_denies_more(grant, action)
}

only_looks(action) if regex.match(`^[a-z-]+:(get|list|describe|passrole$)`, action)

only_denies_more(grant, action) if {
	action in {"iam:attachrolepolicy", "iam:detachrolepolicy"}
	attached := grants.wanted(grant.statement, ["ArnEquals"], "iam:PolicyARN")
	count(attached) > 0
	every arn in attached {
		denies_only(grant, arn)
	}
}

denies_only(_, arn) if {
	some policy in tf.of("aws_iam_policy")
	arn in {sprintf("${%s.arn}", [policy.address]), grants.policies_named(policy.values.name)[_]}
	count(iam.allowed(policy)) == 0
	count(iam.denied(policy)) > 0
}

# The boundary is made before the policy that stops spending, so it knows the name alone; another rule holds that policy
# to its denials.
denies_only(grant, arn) if {
	grants.is_boundary(grant.policy)
	arn in grants.policies_named(sprintf("%s-spending-stopped", [grants.prefix]))
}
