package anomalies_are_told_test

import data.lib.example

above(key, usd) := {"threshold_expression": {"dimension": {"key": key, "values": [usd]}}}

told := object.union(above("ANOMALY_TOTAL_IMPACT_ABSOLUTE", "100"), {
	"monitor_arn_list": ["${aws_ce_anomaly_monitor.a.arn}", "${aws_ce_anomaly_monitor.b.arn}"],
	"subscriber": [{"type": "SNS", "address": "${aws_sns_topic.alerts.arn}"}],
})

unheard(subscriptions) := example.verdicts("anomalies_are_told", {"resource": {
	"aws_ce_anomaly_monitor": {"a": {}, "b": {}},
	"aws_ce_anomaly_subscription": subscriptions,
}}).fail

test_anomalies_are_told if {
	both := {"aws_ce_anomaly_monitor.a", "aws_ce_anomaly_monitor.b"}
	unheard({"all": told}) == set()
	unheard({}) == both
	unheard({"all": object.union(told, {"monitor_arn_list": ["${aws_ce_anomaly_monitor.a.arn}"]})}) == {
		"aws_ce_anomaly_monitor.b",
	}
	unheard({"all": object.union(told, {"subscriber": []})}) == both
	unheard({"all": object.union(told, above("ANOMALY_TOTAL_IMPACT_ABSOLUTE", "101"))}) == both
	unheard({"all": object.union(told, above("ANOMALY_TOTAL_IMPACT_ABSOLUTE", "much"))}) == both
	unheard({"all": object.union(told, above("ANOMALY_TOTAL_IMPACT_PERCENTAGE", "100"))}) == both
	unheard({"all": object.remove(told, ["threshold_expression"])}) == both
}
