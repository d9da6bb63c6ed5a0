package databases_say_what_happens_test

import data.lib.example

database := {"enabled_cloudwatch_logs_exports": ["postgresql", "upgrade"], "monitoring_interval": 60}

parameters(values) := {"parameter": [{"name": name, "value": value} | some name, value in values]}

logged := {"log_connections": "1", "log_disconnections": "1", "log_statement": "ddl"}

test_databases_say_what_happens if {
	example.verdicts("databases_say_what_happens", {"resource": {
		"aws_db_instance": {
			"tells": database,
			"silent": object.remove(database, ["enabled_cloudwatch_logs_exports"]),
			"tells_half": object.union(database, {"enabled_cloudwatch_logs_exports": ["upgrade"]}),
			"unmonitored": object.union(database, {"monitoring_interval": 0}),
			"unsaid_interval": object.remove(database, ["monitoring_interval"]),
		},
		"aws_db_parameter_group": {
			"tells": parameters(logged),
			"tells_all": parameters(object.union(logged, {"log_statement": "all"})),
			"connections": parameters(object.union(logged, {"log_connections": "0"})),
			"disconnections": parameters(object.remove(logged, ["log_disconnections"])),
			"statements": parameters(object.union(logged, {"log_statement": "none"})),
		},
	}}) == {
		"pass": {"aws_db_instance.tells", "aws_db_parameter_group.tells", "aws_db_parameter_group.tells_all"},
		"fail": {
			"aws_db_instance.silent",
			"aws_db_instance.tells_half",
			"aws_db_instance.unmonitored",
			"aws_db_instance.unsaid_interval",
			"aws_db_parameter_group.connections",
			"aws_db_parameter_group.disconnections",
			"aws_db_parameter_group.statements",
		},
	}
}
