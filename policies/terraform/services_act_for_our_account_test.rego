package services_act_for_our_account_test

import data.lib.example

policy(principal, condition) := {"policy": json.marshal({
	"Version": "2012-10-17",
	"Statement": [{
		"Effect": "Allow",
		"Principal": principal,
		"Action": "sns:Publish",
		"Resource": "arn:aws:sns:eu-west-1:111111111111:groundway-dev-alerts",
		"Condition": condition,
	}],
})}

service := {"Service": ["cloudwatch.amazonaws.com"]}

trail(account) := sprintf("arn:aws:cloudtrail:eu-west-1:%s:trail/groundway-dev", [account])

test_services_act_for_our_account if {
	example.verdicts("services_act_for_our_account", {"resource": {"aws_sns_topic_policy": {
		"account": policy(service, {"StringEquals": {"aws:SourceAccount": "111111111111"}}),
		"arn": policy(service, {"ArnLike": {"aws:SourceArn": [trail("111111111111")]}}),
		"rule": policy(service, {"ArnEquals": {"AWS:SourceArn": "${aws_cloudwatch_event_rule.ours.arn}"}}),
		"logs": policy(service, {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": trail("111111111111")}}),
		"no_service": policy({"AWS": "arn:aws:iam::111111111111:root"}, {}),
		"unconditioned": policy(service, {}),
		"another_account": policy(service, {"StringEquals": {"aws:SourceAccount": "999999999999"}}),
		"any_arn": policy(service, {"ArnLike": {"aws:SourceArn": trail("*")}}),
		"ours_and_another": policy(service, {"ArnLike": {"aws:SourceArn": [trail("111111111111"), trail("9")]}}),
		"another_key": policy(service, {"StringEquals": {"aws:RequestedRegion": "111111111111"}}),
		"another_operator": policy(service, {"StringNotEquals": {"aws:SourceAccount": "111111111111"}}),
	}}}) == {
		"pass": {
			"aws_sns_topic_policy.account",
			"aws_sns_topic_policy.arn",
			"aws_sns_topic_policy.rule",
			"aws_sns_topic_policy.logs",
			"aws_sns_topic_policy.no_service",
		},
		"fail": {
			"aws_sns_topic_policy.unconditioned",
			"aws_sns_topic_policy.another_account",
			"aws_sns_topic_policy.any_arn",
			"aws_sns_topic_policy.ours_and_another",
			"aws_sns_topic_policy.another_key",
			"aws_sns_topic_policy.another_operator",
		},
	}
}
