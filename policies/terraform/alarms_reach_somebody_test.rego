package alarms_reach_somebody_test

import data.lib.example

told := {"alarm_actions": ["${aws_sns_topic.alerts.arn}"]}

test_alarms_reach_somebody if {
	example.verdicts("alarms_reach_somebody", {"resource": {
		"aws_cloudwatch_metric_alarm": {
			"told": told,
			"told_for_sure": object.union(told, {"actions_enabled": true}),
			"off": object.union(told, {"actions_enabled": false}),
			"nobody": {"alarm_actions": []},
			"unsaid": {},
		},
		"aws_cloudwatch_composite_alarm": {"told": told, "unsaid": {}},
	}}) == {
		"pass": {
			"aws_cloudwatch_metric_alarm.told",
			"aws_cloudwatch_metric_alarm.told_for_sure",
			"aws_cloudwatch_composite_alarm.told",
		},
		"fail": {
			"aws_cloudwatch_metric_alarm.off",
			"aws_cloudwatch_metric_alarm.nobody",
			"aws_cloudwatch_metric_alarm.unsaid",
			"aws_cloudwatch_composite_alarm.unsaid",
		},
	}
}

test_topics_have_readers if {
	example.verdicts("alarms_reach_somebody", {"resource": {
		"aws_sns_topic": {"read": {}, "unread": {}},
		"aws_sns_topic_subscription": {
			"people": {"topic_arn": "${aws_sns_topic.read.arn}", "protocol": "email"},
			"plain": {"topic_arn": "${aws_sns_topic.read.arn}", "protocol": "http"},
			"unsaid": {"topic_arn": "${aws_sns_topic.read.arn}"},
		},
	}}) == {
		"pass": {"aws_sns_topic.read", "aws_sns_topic_subscription.people"},
		"fail": {"aws_sns_topic.unread", "aws_sns_topic_subscription.plain", "aws_sns_topic_subscription.unsaid"},
	}
}
