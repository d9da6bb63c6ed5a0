package main

import data.lib.terraform as tf

# METADATA
# title: Outside an unprotected environment, nothing is emptied, and no database or table deleted, by one command
# description: >-
#   Terraform deletes what is no longer written down. AWS itself then refuses: buckets, repositories and workgroups that
#   are not empty, tables and databases that are protected. A database leaves a last snapshot.
# custom:
#   severity: high
#   controls: [AWS FSBP RDS.8, AWS FSBP DynamoDB.6, NIST 800-53 CP-9, NIST 800-53 SI-12]
#   mend: Leave `protection` of the environment on; to take something down on purpose, use GROUNDWAY_UNPROTECT.
#   types: [aws_athena_workgroup, aws_db_instance, aws_dynamodb_table, aws_ecr_repository, aws_s3_bucket]
#   breaks:
#     - {type: aws_s3_bucket, at: force_destroy, set: true}
#     - {type: aws_ecr_repository, at: force_delete, set: true}
#     - {type: aws_athena_workgroup, at: force_destroy, set: true}
#     - {type: aws_dynamodb_table, at: deletion_protection_enabled, set: false}
#     - {type: aws_db_instance, at: deletion_protection, set: false}
#     - {type: aws_db_instance, at: skip_final_snapshot, set: true}
#     - {type: aws_db_instance, remove: final_snapshot_identifier}
#     - {type: aws_db_instance, at: delete_automated_backups, set: true}
deny_data contains tf.finding("protected_data_is_kept", holder, {attribute: value}, message) if {
	tf.protected
	some [type, attribute] in protections.off
	some holder in tf.of(type)
	value := object.get(holder.values, attribute, false)
	not value in {false, "false", null}
	message := "must not be deletable by one command"
}

deny_data contains tf.finding("protected_data_is_kept", holder, {attribute: value}, message) if {
	tf.protected
	some [type, attribute] in protections.on
	some holder in tf.of(type)
	value := object.get(holder.values, attribute, null)
	not tf.yes(value)
	message := "must be protected from deletion"
}

deny_data contains tf.finding("protected_data_is_kept", database, null, "must name its final snapshot") if {
	tf.protected
	some database in tf.of("aws_db_instance")
	object.get(database.values, "final_snapshot_identifier", null) in {null, ""}
}

# `delete_automated_backups` is on unless it is off.
deny_data contains tf.finding("protected_data_is_kept", database, value, message) if {
	tf.protected
	some database in tf.of("aws_db_instance")
	value := object.get(database.values, "delete_automated_backups", null)
	not value in {false, "false"}
	message := "must keep its backups when it is deleted"
}

protections := {
	"off": {
		["aws_athena_workgroup", "force_destroy"],
		["aws_db_instance", "skip_final_snapshot"],
		["aws_ecr_repository", "force_delete"],
		["aws_s3_bucket", "force_destroy"],
	},
	"on": {
		["aws_db_instance", "deletion_protection"],
		["aws_dynamodb_table", "deletion_protection_enabled"],
	},
}
