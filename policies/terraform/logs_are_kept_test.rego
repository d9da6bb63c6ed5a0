package logs_are_kept_test

import data.lib.example

groups := {"resource": {"aws_cloudwatch_log_group": {
	"week": {"retention_in_days": 7},
	"year": {"retention_in_days": 365, "log_group_class": "STANDARD"},
	"day": {"retention_in_days": 1},
	"for_ever": {"retention_in_days": 0},
	"unsaid": {},
	"read_back": {"retention_in_days": null},
	"delivery": {"retention_in_days": 365, "log_group_class": "DELIVERY"},
}}}

in_prod := {"provider": {"aws": [{
	"region": "eu-west-1",
	"allowed_account_ids": ["333333333333"],
	"default_tags": [{"tags": object.union(example.tags, {"environment": "prod"})}],
}]}}

short := {
	"aws_cloudwatch_log_group.day",
	"aws_cloudwatch_log_group.for_ever",
	"aws_cloudwatch_log_group.unsaid",
	"aws_cloudwatch_log_group.read_back",
	"aws_cloudwatch_log_group.delivery",
}

test_logs_are_kept if {
	example.verdicts("logs_are_kept", groups).fail == short
	example.verdicts("logs_are_kept", object.union(in_prod, groups)) == {
		"pass": {"aws_cloudwatch_log_group.year"},
		"fail": short | {"aws_cloudwatch_log_group.week"},
	}
}

test_metrics_are_kept if {
	example.verdicts("logs_are_kept", {"resource": {"aws_prometheus_workspace_configuration": {
		"months": {"retention_period_in_days": 150},
		"unsaid": {},
		"day": {"retention_period_in_days": 1},
	}}}).fail == {"aws_prometheus_workspace_configuration.day"}
}
