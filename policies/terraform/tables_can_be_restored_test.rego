package tables_can_be_restored_test

import data.lib.example

test_tables_can_be_restored if {
	example.verdicts("tables_can_be_restored", {"resource": {"aws_dynamodb_table": {
		"on": {"point_in_time_recovery": {"enabled": true}},
		"read_back": {"point_in_time_recovery": [{"enabled": true, "recovery_period_in_days": 35}]},
		"planned": {"point_in_time_recovery": [{"enabled": true, "recovery_period_in_days": "${known after apply}"}]},
		"short": {"point_in_time_recovery": [{"enabled": true, "recovery_period_in_days": 1}]},
		"off": {"point_in_time_recovery": {"enabled": false}},
		"unsaid": {},
	}}}) == {
		"pass": {"aws_dynamodb_table.on", "aws_dynamodb_table.read_back", "aws_dynamodb_table.planned"},
		"fail": {"aws_dynamodb_table.short", "aws_dynamodb_table.off", "aws_dynamodb_table.unsaid"},
	}
}
