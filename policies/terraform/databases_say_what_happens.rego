package main

import data.lib.terraform as tf

# METADATA
# title: Databases write their logs to CloudWatch, with who came, who left and what was changed
# description: On the instance, logs are gone after three days, and with it. An investigation starts weeks later.
# custom:
#   severity: medium
#   controls: [AWS FSBP RDS.9, AWS FSBP RDS.6, NIST 800-53 AU-2, NIST 800-53 AU-12]
#   mend: Make the database and its parameter group with infra/registry_database.py.
#   types: [aws_db_instance, aws_db_parameter_group]
#   breaks:
#     - {type: aws_db_instance, remove: enabled_cloudwatch_logs_exports}
#     - {type: aws_db_instance, at: enabled_cloudwatch_logs_exports, set: [upgrade]}
#     - {type: aws_db_instance, at: monitoring_interval, set: 0}
#     - {type: aws_db_instance, remove: monitoring_interval}
#     - {type: aws_db_parameter_group, at: parameter.1.value, set: "0"}
#     - {type: aws_db_parameter_group, at: parameter.2, remove: true}
#     - {type: aws_db_parameter_group, at: parameter.4.value, set: none}
deny_logging contains tf.finding("databases_say_what_happens", database, missing, "must export these logs") if {
	some database in tf.of("aws_db_instance")
	exported := object.get(database.values, "enabled_cloudwatch_logs_exports", [])
	missing := {"postgresql", "upgrade"} - {log | some log in exported}
	count(missing) > 0
}

deny_logging contains tf.finding("databases_say_what_happens", database, interval, message) if {
	some database in tf.of("aws_db_instance")
	interval := object.get(database.values, "monitoring_interval", null)
	not interval in {1, 5, 10, 15, 30, 60}
	message := "must be monitored each minute or more often"
}

deny_logging contains tf.finding("databases_say_what_happens", group, {parameter: said}, "must log it") if {
	some group in tf.of("aws_db_parameter_group")
	some parameter, sound in logging_parameters
	said := {sprintf("%v", [p.value]) | some p in tf.blocks(group.values, "parameter"); p.name == parameter}
	not logs_enough(said, sound)
}

logging_parameters := {
	"log_connections": {"1", "on"},
	"log_disconnections": {"1", "on"},
	"log_statement": {"ddl", "mod", "all"},
}

logs_enough(said, sound) if {
	count(said) == 1
	count(said - sound) == 0
}
