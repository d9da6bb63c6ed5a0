package main

import data.lib.grants
import data.lib.iam
import data.lib.terraform as tf

# METADATA
# title: The boundary and the stop of spending deny what they are there to deny
# description: >-
#   What they deny, no other policy can allow. The boundary keeps everybody but Karpenter from starting instances, and
#   every role from tearing down the network; the stop of spending keeps roles from starting what costs.
# custom:
#   severity: critical
#   controls: [NIST 800-53 AC-6, NIST 800-53 AC-3]
#   mend: >-
#     Restore the Deny in policies/iam/boundary.json or infra/budgets.py; denials in policies/allowed.yaml lists them.
#   types: [aws_iam_policy]
#   breaks:
#     - {type: aws_iam_policy, at: policy.Statement.*.Effect, set: Allow}
#     - {type: aws_iam_policy, at: policy.Statement.*.Action, set: "s3:GetObject"}
#     - {type: aws_iam_policy, at: policy.Statement.*.Resource, set: "arn:aws:s3:::nowhere"}
#     - {type: aws_iam_policy, at: policy.Statement.*.Condition, set: {Bool: {"aws:MultiFactorAuthPresent": "false"}}}
deny_identity contains tf.finding("denials_stay", policy, action, "must be denied, on every resource") if {
	some policy in tf.of("aws_iam_policy")
	some ending, actions in data.allowed.denials
	policy.values.name == sprintf("%s-%s", [grants.prefix, ending])
	some action in actions
	not denies_everywhere(policy, lower(action))
}

denies_everywhere(policy, action) if {
	some statement in iam.denied(policy)
	"*" in statement.resources
	some pattern in statement.actions
	iam.covers(pattern, action)
	denies_all_but_karpenter(statement.conditions, action)
}

denies_all_but_karpenter({}, _)

denies_all_but_karpenter(conditions, action) if {
	action in {"ec2:createfleet", "ec2:runinstances"}
	some account in tf.allowed.accounts
	karpenter := sprintf("arn:aws:iam::%s:role/%s-karpenter", [account, grants.prefix])
	conditions == {"ArnNotEquals": {"aws:PrincipalArn": karpenter}}
}
