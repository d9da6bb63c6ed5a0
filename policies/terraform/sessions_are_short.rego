package main

import data.lib.terraform as tf

# METADATA
# title: Who took a role has it for an hour
# description: >-
#   A session cannot be taken back one by one: the shorter it lasts, the sooner a stolen one ends. Services renew
#   theirs.
# custom:
#   severity: medium
#   controls: [NIST 800-53 AC-12]
#   mend: >-
#     Leave max_session_hours of infra/identity.py's RoleProps at its default (session_seconds in
#     policies/allowed.yaml).
#   types: [aws_iam_role]
#   breaks:
#     - {type: aws_iam_role, at: max_session_duration, set: 43200}
deny_identity contains tf.finding("sessions_are_short", role, seconds, message) if {
	some role in tf.of("aws_iam_role")
	seconds := object.get(role.values, "max_session_duration", 3600) # as AWS has it
	not lasts_briefly(seconds)
	message := sprintf("must last %d seconds at most", [data.allowed.session_seconds])
}

lasts_briefly(seconds) if {
	is_number(seconds)
	seconds <= data.allowed.session_seconds
}
