package main

import data.lib.terraform as tf

# METADATA
# title: Nobody writes a database's password; workloads sign in with their IAM role
# description: >-
#   A password in an argument is in the state, the plan and the history of whoever wrote it. RDS makes and renews the
#   master's in Secrets Manager; everybody else has a token of fifteen minutes.
# custom:
#   severity: critical
#   controls: [AWS FSBP RDS.10, NIST 800-53 IA-5]
#   mend: Set manage_master_user_password and iam_database_authentication_enabled, as infra/registry_database.py does.
#   types: [aws_db_instance]
#   breaks:
#     - {type: aws_db_instance, at: password, set: correct-horse}
#     - {type: aws_db_instance, at: password_wo, set: correct-horse}
#     - {type: aws_db_instance, remove: manage_master_user_password}
#     - {type: aws_db_instance, at: iam_database_authentication_enabled, set: false}
#     - {type: aws_db_instance, remove: iam_database_authentication_enabled}
deny_data contains tf.finding("databases_hold_no_passwords", database, attribute, "must not be given a password") if {
	some database in tf.of("aws_db_instance")
	some attribute in {"password", "password_wo"}
	not object.get(database.values, attribute, null) in {null, ""}
}

deny_data contains tf.finding("databases_hold_no_passwords", database, {attribute: value}, message) if {
	some database in tf.of("aws_db_instance")
	some attribute in {"manage_master_user_password", "iam_database_authentication_enabled"}
	value := object.get(database.values, attribute, null)
	not tf.yes(value)
	message := "must leave passwords to AWS"
}
