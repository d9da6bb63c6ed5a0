package trail_has_listeners_test

import data.lib.example

filter(event) := {
	"pattern": sprintf("{ $.eventName = %s }", [event]),
	"metric_transformation": {"namespace": "Groundway/Trail", "name": event},
}

alarm(event) := {"namespace": "Groundway/Trail", "metric_name": event, "threshold": 0}

events := data.main.suspicious_events

named := {sprintf("e%d", [i]): event | some i, event in [e | some e in events]}

filters := {name: filter(event) | some name, event in named}

alarms := {name: alarm(event) | some name, event in named}

fail(filters, alarms) := example.verdicts("trail_has_listeners", {"resource": {
	"aws_cloudwatch_log_metric_filter": filters,
	"aws_cloudwatch_metric_alarm": alarms,
}}).fail

test_all_is_listened_to if {
	count(events) > 10
	fail(filters, alarms) == set()
	fail({}, {}) == set()
	fail({}, {"of_aws": {"namespace": "AWS/RDS", "metric_name": "CPUUtilization"}}) == set()
}

test_one_filter_is_missing if {
	every name, _ in filters {
		fail(object.remove(filters, [name]), object.remove(alarms, [name])) == {"stack"}
		fail(object.remove(filters, [name]), alarms) == {"stack", sprintf("aws_cloudwatch_metric_alarm.%s", [name])}
	}
}

test_nobody_listens if {
	deaf := {"stack", "aws_cloudwatch_log_metric_filter.e0"}
	fail(filters, object.remove(alarms, ["e0"])) == deaf
	fail(filters, object.union(alarms, {"e0": {"threshold": 1000000}})) == deaf
	renamed := object.union(filters, {"e0": {"metric_transformation": {"name": "other"}}})
	fail(renamed, alarms) == deaf | {"aws_cloudwatch_metric_alarm.e0"}
}

test_any_filter_has_an_alarm if {
	lines := {"pattern": "ERROR", "metric_transformation": {"namespace": "Groundway/dev", "name": "lines"}}
	fail({"lines": lines}, {}) == {"aws_cloudwatch_log_metric_filter.lines"}
	fail({"lines": lines}, {"a": {"namespace": "Groundway/dev", "metric_name": "lines", "threshold": 1}}) == set()
	fail({"nameless": {}}, {}) == {"aws_cloudwatch_log_metric_filter.nameless"}
}
