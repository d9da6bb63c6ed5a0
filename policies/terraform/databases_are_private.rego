package main

import data.lib.terraform as tf

# METADATA
# title: Databases are reached from inside only, over TLS, and their storage is encrypted
# description: >-
#   A database with a public address is tried by everybody, all the time. Without rds.force_ssl a client may ask for a
#   connection in plain text, and be given one.
# custom:
#   severity: critical
#   controls: [CIS AWS v3.0 2.3.1, CIS AWS v3.0 2.3.3, AWS FSBP RDS.2, AWS FSBP RDS.3, NIST 800-53 SC-8]
#   mend: Make the database with infra/registry_database.py; rds.force_ssl = "1" belongs into its parameter group.
#   types: [aws_db_instance, aws_db_parameter_group]
#   breaks:
#     - {type: aws_db_instance, at: publicly_accessible, set: true}
#     - {type: aws_db_instance, at: storage_encrypted, set: false}
#     - {type: aws_db_instance, remove: storage_encrypted}
#     - {type: aws_db_instance, remove: db_subnet_group_name}
#     - {type: aws_db_instance, at: parameter_group_name, set: default.postgres17}
#     - {type: aws_db_parameter_group, drop: true}
#     - {type: aws_db_parameter_group, at: parameter.0.value, set: "0"}
#     - {type: aws_db_parameter_group, at: parameter.0, remove: true}
deny_data contains tf.finding("databases_are_private", database, public, "must have no public address") if {
	some database in tf.of("aws_db_instance")
	public := object.get(database.values, "publicly_accessible", null)
	not public in {null, false, "false"}
}

deny_data contains tf.finding("databases_are_private", database, encrypted, "must encrypt its storage") if {
	some database in tf.of("aws_db_instance")
	encrypted := object.get(database.values, "storage_encrypted", null)
	not tf.yes(encrypted)
}

deny_data contains tf.finding("databases_are_private", database, null, message) if {
	some database in tf.of("aws_db_instance")
	object.get(database.values, "db_subnet_group_name", null) in {null, ""}
	message := "must name its subnets, or it is in the default VPC"
}

deny_data contains tf.finding("databases_are_private", database, group, "must refuse connections without TLS") if {
	some database in tf.of("aws_db_instance")
	group := object.get(database.values, "parameter_group_name", null)
	not count(tf.references(database, "parameter_group_name") & groups_that_force_tls) == 1
}

groups_that_force_tls contains group.address if {
	some group in tf.of("aws_db_parameter_group")
	said := {sprintf("%v", [p.value]) | some p in tf.blocks(group.values, "parameter"); p.name == "rds.force_ssl"}
	said == {"1"}
}
