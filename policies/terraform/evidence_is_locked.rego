package main

import data.lib.terraform as tf

# METADATA
# title: What the trail wrote can be neither deleted nor changed while it may be asked for
# description: >-
#   Whoever takes over the account first removes the traces. Object Lock refuses it: for as long as logs are kept,
#   where stateful things are protected.
# custom:
#   severity: high
#   controls: [AWS Security Hub S3.15, NIST 800-53 AU-9, NIST 800-53 AU-11]
#   mend: Let the trail write to infra/evidence.py's bucket; audit.evidence_days of the environment says for how long.
#   types: [aws_cloudtrail, aws_cloudwatch_log_group, aws_s3_bucket, aws_s3_bucket_object_lock_configuration]
#   breaks:
#     - {type: aws_s3_bucket_object_lock_configuration, drop: true}
#     - {type: aws_s3_bucket_object_lock_configuration, at: rule.default_retention.days, set: 0}
#     - {type: aws_s3_bucket_object_lock_configuration, at: rule.default_retention.mode, set: NONE}
#     - {type: aws_s3_bucket_object_lock_configuration, at: rule, remove: true}
#     - {type: aws_s3_bucket, remove: object_lock_enabled}
#     - {type: aws_cloudtrail, at: s3_bucket_name, set: somewhere-else}
#     - {type: aws_cloudwatch_log_group, at: lifecycle.prevent_destroy, remove: true}
deny_data contains tf.finding("evidence_is_locked", trail, bucket, "must write to a locked bucket") if {
	some trail in tf.of("aws_cloudtrail")
	bucket := object.get(trail.values, "s3_bucket_name", null)
	not writes_where_locked(trail)
}

# A plan does not say what is kept from being destroyed.
deny_data contains tf.finding("evidence_is_locked", group, null, "must not be destroyed: the trail writes to it") if {
	tf.configuration
	tf.protected
	some trail in tf.of("aws_cloudtrail")
	some address in tf.references(trail, "cloud_watch_logs_group_arn")
	group := tf.of("aws_cloudwatch_log_group")[address]
	not tf.yes(tf.at(group.values, ["lifecycle", "prevent_destroy"], null))
}

writes_where_locked(trail) if {
	some address in tf.references(trail, "s3_bucket_name")
	tf.yes(tf.of("aws_s3_bucket")[address].values.object_lock_enabled)
	some lock in tf.of("aws_s3_bucket_object_lock_configuration")
	address in tf.references(lock, "bucket")
	tf.at(lock.values, ["rule", "default_retention", "mode"], null) in {"COMPLIANCE", "GOVERNANCE"}
	days_locked(tf.block(tf.block(lock.values, "rule"), "default_retention")) >= days_to_lock
}

days_locked(retention) := retention.days if {
	retention.days > 0
} else := retention.years * 365

days_to_lock := tf.allowed.log_retention_days if {
	tf.protected
} else := 1
