package main

import data.lib.terraform as tf

# METADATA
# title: Alarms are on, and tell a topic that somebody reads
# description: An alarm without an action turns red in a console that nobody has open.
# custom:
#   severity: medium
#   controls: [AWS Security Hub CloudWatch.15, AWS Security Hub CloudWatch.17, NIST 800-53 SI-4]
#   mend: Make alarms with alarm() of infra/alarms.py; topics get their readers from alerts of the environment.
#   types: [aws_cloudwatch_metric_alarm, aws_cloudwatch_composite_alarm, aws_sns_topic, aws_sns_topic_subscription]
#   breaks:
#     - {type: aws_cloudwatch_metric_alarm, remove: alarm_actions}
#     - {type: aws_cloudwatch_metric_alarm, at: alarm_actions, set: []}
#     - {type: aws_cloudwatch_metric_alarm, at: actions_enabled, set: false}
#     - {type: aws_cloudwatch_composite_alarm, at: alarm_actions, set: []}
#     - {type: aws_cloudwatch_composite_alarm, at: actions_enabled, set: false}
#     - {type: aws_sns_topic_subscription, drop: true}
#     - {type: aws_sns_topic_subscription, at: protocol, set: http}
deny_logging contains tf.finding("alarms_reach_somebody", alarm, null, "must have actions, and they must be on") if {
	some type in {"aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"}
	some alarm in tf.of(type)
	not acts_on_alarm(alarm.values)
}

deny_logging contains tf.finding("alarms_reach_somebody", topic, null, "must have a subscription") if {
	some topic in tf.of("aws_sns_topic")
	not topic.address in topics_with_readers
}

deny_logging contains tf.finding("alarms_reach_somebody", subscription, protocol, "must not be told in plain HTTP") if {
	some subscription in tf.of("aws_sns_topic_subscription")
	protocol := object.get(subscription.values, "protocol", null)
	not protocol in {"application", "email", "email-json", "firehose", "https", "lambda", "sms", "sqs"}
}

acts_on_alarm(alarm) if {
	count(alarm.alarm_actions) > 0
	object.get(alarm, "actions_enabled", null) in {null, true, "true"}
}

topics_with_readers contains address if {
	some subscription in tf.of("aws_sns_topic_subscription")
	some address in tf.references(subscription, "topic_arn")
}
