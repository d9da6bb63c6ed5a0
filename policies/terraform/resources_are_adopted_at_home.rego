package main

import data.lib.terraform as tf

# METADATA
# title: Nothing is imported, moved or let go of unseen
# description: >-
#   An import takes over what somebody else made; a move between types is a destruction; what is `removed` from a state
#   stays in the account, on the bill and under no rule.
# custom:
#   severity: high
#   controls: [NIST 800-53 CM-3, NIST 800-53 CM-8]
#   mend: >-
#     Move within a type only; import what is in the environment's account, by an id that is written out; destroy what
#     is no longer wanted.
#   types: [stack]
#   breaks:
#     - {in: stack, at: removed, set: [{from: aws_kms_key.x, lifecycle: {destroy: false}}]}
#     - {in: stack, at: import, set: [{to: aws_s3_bucket.x, id: groundway-data-999999999999}]}
#     - {in: stack, at: import, set: [{to: "aws_iam_role.x", id: "${var.id}"}]}
#     - {in: stack, at: moved, set: [{from: aws_s3_bucket.x, to: aws_s3_directory_bucket.x}]}
deny_change contains tf.stack_finding("resources_are_adopted_at_home", block, "must be destroyed, not let go of") if {
	tf.configuration
	some block in tf.blocks(input, "removed")
}

deny_change contains tf.stack_finding("resources_are_adopted_at_home", block, "must be moved within its type") if {
	tf.configuration
	some block in tf.blocks(input, "moved")
	not stays_of_its_type(block)
}

deny_change contains tf.stack_finding("resources_are_adopted_at_home", block, message) if {
	tf.configuration
	some block in tf.blocks(input, "import")
	not is_ours_to_adopt(block)
	message := "must be ours, by an id that is written out"
}

stays_of_its_type(block) if {
	[type, _] := split(block.from, ".")
	[type, _] = split(block.to, ".")
}

is_ours_to_adopt(block) if {
	object.keys(block) == {"id", "to"}
	not contains(block.id, "${")
	every account in regex.find_n(`\b\d{12}\b`, block.id, -1) {
		account in tf.allowed.accounts
	}
}
