package events_stay_with_us_test

import data.lib.example

test_events_stay_with_us if {
	example.verdicts("events_stay_with_us", {"resource": {
		"aws_cloudwatch_event_target": {
			"made_here": {"arn": "${aws_sqs_queue.ours.arn}"},
			"ours": {"arn": "arn:aws:sqs:eu-west-1:111111111111:ours"},
			"elsewhere": {"arn": "arn:aws:sqs:eu-west-1:444444444444:elsewhere"},
			"unsaid": {},
		},
		"aws_cloudwatch_event_permission": {
			"ours": {"principal": "111111111111"},
			"everybody": {"principal": "*"},
			"stranger": {"principal": "444444444444"},
			"unsaid": {},
		},
		"aws_cloudwatch_event_api_destination": {"any": {}},
	}}) == {
		"pass": {
			"aws_cloudwatch_event_target.made_here",
			"aws_cloudwatch_event_target.ours",
			"aws_cloudwatch_event_permission.ours",
		},
		"fail": {
			"aws_cloudwatch_event_target.elsewhere",
			"aws_cloudwatch_event_target.unsaid",
			"aws_cloudwatch_event_permission.everybody",
			"aws_cloudwatch_event_permission.stranger",
			"aws_cloudwatch_event_permission.unsaid",
			"aws_cloudwatch_event_api_destination.any",
		},
	}
}
