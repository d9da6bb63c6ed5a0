package main

import data.lib.terraform as tf

# METADATA
# title: Naming a key is not all - the encryption with it is on
# description: >-
#   Tables and workgroups take a key and a switch. With the switch off, or on another kind, the key stands there and
#   encrypts nothing.
# custom:
#   severity: high
#   controls: [NIST 800-53 SC-28]
#   mend: Set server_side_encryption.enabled = true of a table, and encryption_option = "SSE_KMS" of a workgroup.
#   types: [aws_athena_workgroup, aws_dynamodb_table]
#   breaks:
#     - {type: aws_dynamodb_table, at: server_side_encryption.enabled, set: false}
#     - {type: aws_dynamodb_table, at: server_side_encryption.enabled, remove: true}
#     - type: aws_athena_workgroup
#       at: configuration.result_configuration.encryption_configuration.encryption_option
#       set: SSE_S3
#     - {type: aws_athena_workgroup, at: configuration.result_configuration.encryption_configuration, remove: true}
deny_encryption contains tf.finding("encryption_is_on", table, said, "must have its encryption with the key on") if {
	some table in tf.of("aws_dynamodb_table")
	said := tf.at(table.values, ["server_side_encryption", "enabled"], null)
	not tf.yes(said)
}

deny_encryption contains tf.finding("encryption_is_on", workgroup, said, "must encrypt results by KMS") if {
	some workgroup in tf.of("aws_athena_workgroup")
	path := ["configuration", "result_configuration", "encryption_configuration", "encryption_option"]
	said := tf.at(workgroup.values, path, null)
	not said in {"SSE_KMS", "CSE_KMS"}
}
