package main

import data.lib.grants
import data.lib.terraform as tf

# METADATA
# title: Roles carry only those of AWS's policies that security knows
# description: >-
#   AWS writes and widens its managed policies; AdministratorAccess, PowerUserAccess and most that end in FullAccess
#   give a role more than any of ours needs. A policy that bounds gives nothing by itself and everything if it is
#   attached.
# custom:
#   severity: high
#   controls: [CIS AWS v3.0 1.16, AWS FSBP IAM.1, NIST 800-53 AC-6]
#   mend: >-
#     Say what the role may do in its own statements (infra/identity.py); or have security add the policy to
#     managed_policies in policies/allowed.yaml.
#   types:
#     - aws_iam_role_policy_attachment
#     - aws_iam_policy_attachment
#     - aws_iam_user_policy_attachment
#     - aws_iam_group_policy_attachment
#   breaks:
#     - {type: aws_iam_role_policy_attachment, at: policy_arn, set: "arn:aws:iam::aws:policy/AdministratorAccess"}
#     - {type: aws_iam_role_policy_attachment, at: policy_arn, set: "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"}
#     - {type: aws_iam_role_policy_attachment, at: policy_arn,
#         set: "arn:aws:iam::999999999999:policy/AmazonEKS_CNI_Policy"}
#     - {type: aws_iam_role_policy_attachment, at: policy_arn, set: "${data.aws_iam_policy.found.arn}"}
#     - {insert: {aws_iam_policy_attachment: {name: all, policy_arn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
#         roles: [groundway-dev-ops]}}}
deny_identity contains tf.finding("managed_policies_are_known", attachment, policy, message) if {
	some type in {
		"aws_iam_role_policy_attachment",
		"aws_iam_policy_attachment",
		"aws_iam_user_policy_attachment",
		"aws_iam_group_policy_attachment",
	}
	some attachment in tf.of(type)
	policy := object.get(attachment.values, "policy_arn", "")
	not known_managed_policy(policy)
	message := "is not a policy that security knows"
}

known_managed_policy(policy) if {
	some name in data.allowed.managed_policies
	policy == sprintf("arn:aws:iam::aws:policy/%s", [name])
}

# One of this stack, which other rules look into.
known_managed_policy(reference) if {
	some policy in tf.of("aws_iam_policy")
	not grants.is_boundary(policy)
	reference == sprintf("${%s.arn}", [policy.address])
}
