package main

import data.lib.grants
import data.lib.terraform as tf

# METADATA
# title: What a role may do is named action by action
# description: >-
#   `s3:*` gives what nobody thought of, and what AWS adds to the service next year. The boundary may be wider, since it
#   gives nothing, but not as wide as everything.
# custom:
#   severity: high
#   controls: [CIS AWS v3.0 1.16, AWS FSBP IAM.1, AWS FSBP IAM.21, NIST 800-53 AC-6]
#   mend: Name the actions in the statement that infra/iam.py's allow() makes.
#   types: [aws_iam_policy, aws_iam_role_policy, aws_iam_user_policy, aws_iam_group_policy]
#   breaks:
#     - {type: aws_iam_role_policy, at: policy.Statement.0.Action, append: "s3:*"}
#     - {type: aws_iam_role_policy, at: policy.Statement.*.Action, set: "*"}
#     - {type: aws_iam_role_policy, at: policy.Statement.0.Action, append: "kms:De?rypt"}
#     - {type: aws_iam_policy, at: policy.Statement, append: {Effect: Allow, Action: "*",
#         Resource: "arn:aws:s3:::mine/*"}}
deny_identity contains tf.finding("policies_name_their_actions", given.policy, action, message) if {
	some given in grants.given
	some action in given.statement.actions
	regex.match(`[*?]`, action)
	message := "must name actions, without wildcards"
}

deny_identity contains tf.finding("policies_name_their_actions", bounding.policy, action, message) if {
	some bounding in grants.bounding
	some action in bounding.statement.actions
	not regex.match(`^[a-z0-9-]+:[a-z*]+$`, action)
	message := "must not bound by everything"
}
