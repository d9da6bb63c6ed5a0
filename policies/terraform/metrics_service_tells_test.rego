package metrics_service_tells_test

import data.lib.example

test_metrics_service_tells if {
	group := "${aws_cloudwatch_log_group.metrics.arn}:*"
	example.verdicts("metrics_service_tells", {"resource": {"aws_prometheus_workspace": {
		"tells": {"logging_configuration": [{"log_group_arn": group}]},
		"nowhere": {"logging_configuration": {"log_group_arn": null}},
		"unsaid": {},
	}}}) == {
		"pass": {"aws_prometheus_workspace.tells"},
		"fail": {"aws_prometheus_workspace.nowhere", "aws_prometheus_workspace.unsaid"},
	}
}
