package main

import data.lib.terraform as tf

# METADATA
# title: No plan destroys or replaces what cannot be made again, where it matters
# description: >-
#   Some changes look small and make Terraform delete a bucket, key or database and make an empty one of its name. The
#   plan says which argument forces it.
# custom:
#   severity: critical
#   controls: [NIST 800-53 CP-9, NIST 800-53 CM-3]
#   mend: >-
#     Undo the change of that argument, or make the new thing beside the old one; to retire it, say
#     GROUNDWAY_UNPROTECT.
#   types: [plan]
#   breaks: []
deny_change contains tf.finding("plans_keep_what_cannot_be_made_again", change, change.change.actions, message) if {
	tf.protected
	some change in input.resource_changes
	change.mode == "managed"
	change.type in data.allowed.stateful
	loses := what_is_lost(change)
	message := sprintf("holds what cannot be made again, and %s", [loses])
}

what_is_lost(change) := sprintf("would be replaced because of %s", [forcing(change)]) if {
	{"create", "delete"} - {a | some a in change.change.actions} == set()
} else := "would be destroyed" if {
	"delete" in change.change.actions
} else := "would be forgotten" if {
	"forget" in change.change.actions
}

# The arguments that force a replacement, as "server_side_encryption.0.kms_key_arn".
forcing(change) := concat(", ", sort({concat(".", [sprintf("%v", [step]) | some step in path]) |
	some path in change.change.replace_paths
})) if {
	count(change.change.replace_paths) > 0
} else := object.get(change, "action_reason", "a reason that the plan does not give")
