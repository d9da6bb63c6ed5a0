package main

import data.lib.terraform as tf

# METADATA
# title: Keys rotate once a year, or more often
# description: A key that leaked, or was used for too much, protects only what a year has written.
# custom:
#   severity: medium
#   controls: [CIS AWS v3.0 3.6, AWS Security Hub KMS.4, NIST 800-53 SC-12]
#   mend: Set enable_key_rotation = true, as infra/keys.py does, and no rotation_period_in_days above 365.
#   types: [aws_kms_key]
#   breaks:
#     - {type: aws_kms_key, at: enable_key_rotation, set: false}
#     - {type: aws_kms_key, remove: enable_key_rotation}
#     - {type: aws_kms_key, at: rotation_period_in_days, set: 2560}
deny_encryption contains tf.finding("keys_rotate", key, tf.at(key.values, ["enable_key_rotation"], null), message) if {
	some key in tf.of("aws_kms_key")
	not rotating_key(key.values)
	message := "must rotate each year"
}

rotating_key(key) if {
	tf.yes(key.enable_key_rotation)
	object.get(key, "rotation_period_in_days", null) in array.concat(unsaid_period, numbers.range(90, 365))
}

# A year; a plan says that it is not known yet.
unsaid_period := [null, "${known after apply}"]
