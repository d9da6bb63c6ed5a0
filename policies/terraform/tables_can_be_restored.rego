package main

import data.lib.terraform as tf

# METADATA
# title: Tables can be restored to any second of the last weeks
# description: A bad write reaches every copy at once. Only the past of the table helps against it.
# custom:
#   severity: medium
#   controls: [AWS FSBP DynamoDB.2, NIST 800-53 CP-9]
#   mend: Set online_table.point_in_time_recovery of the environment; infra/feature_store.py carries it on.
#   types: [aws_dynamodb_table]
#   breaks:
#     - {type: aws_dynamodb_table, remove: point_in_time_recovery}
#     - {type: aws_dynamodb_table, at: point_in_time_recovery.enabled, set: false}
#     - {type: aws_dynamodb_table, at: point_in_time_recovery.recovery_period_in_days, set: 1}
deny_data contains tf.finding("tables_can_be_restored", table, recovery, message) if {
	some table in tf.of("aws_dynamodb_table")
	recovery := tf.block(table.values, "point_in_time_recovery")
	not restores_a_week(recovery)
	message := "must have point-in-time recovery of a week or more"
}

# Left out, it is 35 days; a plan says that it is not known yet.
restores_a_week(recovery) if {
	tf.yes(recovery.enabled)
	object.get(recovery, "recovery_period_in_days", null) in array.concat(unsaid_recovery, numbers.range(7, 35))
}

unsaid_recovery := [null, "${known after apply}"]
