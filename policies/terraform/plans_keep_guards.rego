package main

import data.lib.terraform as tf

# METADATA
# title: No plan destroys or replaces what guards the account, where it matters
# description: >-
#   While a detector, a boundary, a block on public access or a bucket's policy is gone, or between the old one and the
#   new, nobody looks and everybody may. What a detector found is gone with it.
# custom:
#   severity: high
#   controls: [NIST 800-53 CM-3, NIST 800-53 AU-9]
#   mend: Change it in place; what guards is listed in guards of policies/allowed.yaml.
#   types: [plan]
#   breaks: []
deny_change contains tf.finding("plans_keep_guards", change, change.change.actions, message) if {
	tf.protected
	some change in input.resource_changes
	change.mode == "managed"
	change.type in data.allowed.guards
	some action in {"delete", "forget"}
	action in change.change.actions
	message := "guards the account, and would be gone"
}
