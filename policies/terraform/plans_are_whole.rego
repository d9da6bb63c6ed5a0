package main

import data.lib.terraform as tf

# METADATA
# title: A plan is whole
# description: >-
#   A plan that failed half way, or that was made for some targets, says nothing of the rest. What it leaves out would
#   be applied another day, unjudged.
# custom:
#   severity: high
#   controls: [NIST 800-53 CM-3]
#   mend: Plan again, without -target, and mend what Terraform complains of.
#   types: [plan]
#   breaks: []
deny_change contains tf.stack_finding("plans_are_whole", trouble, "must be planned again, as a whole") if {
	tf.plan
	trouble := {name |
		some name, sound in {"errored": false, "complete": true, "deferred_changes": []}
		object.get(input, name, sound) != sound
	}
	count(trouble) > 0
}
