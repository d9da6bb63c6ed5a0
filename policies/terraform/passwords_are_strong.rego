package main

import data.lib.grants
import data.lib.terraform as tf

# METADATA
# title: Passwords of the account are long, mixed and never used again
# description: >-
#   Nothing of ours has a password; whoever makes a user by hand nonetheless is held to the account's policy. It is in
#   the stack that makes the boundary.
# custom:
#   severity: medium
#   controls: [CIS AWS v3.0 1.8, CIS AWS v3.0 1.9, AWS FSBP IAM.7, NIST 800-53 IA-5]
#   mend: Set it as infra/account_guards.py does - 14 characters of every kind, 24 passwords remembered.
#   types: [aws_iam_account_password_policy, aws_iam_policy]
#   breaks:
#     - {type: aws_iam_account_password_policy, at: minimum_password_length, set: 8}
#     - {type: aws_iam_account_password_policy, remove: password_reuse_prevention}
#     - {type: aws_iam_account_password_policy, at: require_symbols, set: false}
#     - {type: aws_iam_account_password_policy, drop: true}
deny_identity contains tf.finding("passwords_are_strong", policy, policy.values, message) if {
	some policy in tf.of("aws_iam_account_password_policy")
	not demands_strong_passwords(policy.values)
	message := "must want 14 characters of all kinds, none of 24 again"
}

deny_identity contains tf.finding("passwords_are_strong", boundary, [], message) if {
	some boundary in tf.of("aws_iam_policy")
	grants.is_boundary(boundary)
	count(tf.of("aws_iam_account_password_policy")) == 0
	message := "must stand beside a password policy of the account"
}

demands_strong_passwords(values) if {
	values.minimum_password_length >= 14
	values.password_reuse_prevention >= 24
	every kind in {"lowercase_characters", "numbers", "symbols", "uppercase_characters"} {
		tf.yes(values[sprintf("require_%s", [kind])])
	}
}
