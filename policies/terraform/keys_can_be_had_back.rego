package main

import data.lib.terraform as tf

# METADATA
# title: A key that is deleted can be had back for a while, and is in use until then
# description: >-
#   What a deleted key encrypted is lost, all of it at once. The thirty days outside an unprotected environment are for
#   noticing; seven is the least that AWS knows. A disabled key loses the same, for as long as it is.
# custom:
#   severity: high
#   controls: [AWS FSBP KMS.3, NIST 800-53 SC-12]
#   mend: Leave `protection` of the environment on, so that infra/keys.py sets deletion_window_in_days = 30.
#   types: [aws_kms_key]
#   breaks:
#     - {type: aws_kms_key, at: deletion_window_in_days, set: 7}
#     - {type: aws_kms_key, at: deletion_window_in_days, set: 1}
#     - {type: aws_kms_key, at: is_enabled, set: false}
deny_encryption contains tf.finding("keys_can_be_had_back", key, days, "must wait longer before it is deleted") if {
	some key in tf.of("aws_kms_key")
	days := object.get(key.values, "deletion_window_in_days", null)
	not deletion_waits(days)
}

deny_encryption contains tf.finding("keys_can_be_had_back", key, enabled, "must be enabled") if {
	some key in tf.of("aws_kms_key")
	enabled := object.get(key.values, "is_enabled", true)
	not enabled in {true, "true", null}
}

# Left out, it is thirty days.
deletion_waits(null)

deletion_waits(days) if {
	is_number(days)
	days >= least_deletion_window
}

least_deletion_window := 30 if {
	tf.protected
} else := 7
