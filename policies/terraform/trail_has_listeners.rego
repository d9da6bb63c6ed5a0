package main

import data.lib.terraform as tf

# METADATA
# title: What must not happen unnoticed is found in the trail, and somebody is told
# description: >-
#   The root user at work, keys on their way to deletion, a trail that stops, networks and policies changed by hand.
#   Each has a pattern over the trail's log group, with an alarm that tells a topic.
# custom:
#   severity: medium
#   controls:
#     - CIS AWS v3.0 4.1
#     - CIS AWS v3.0 4.2
#     - CIS AWS v3.0 4.3
#     - CIS AWS v3.0 4.4
#     - CIS AWS v3.0 4.5
#     - CIS AWS v3.0 4.6
#     - CIS AWS v3.0 4.7
#     - CIS AWS v3.0 4.8
#     - CIS AWS v3.0 4.10
#     - CIS AWS v3.0 4.11
#     - CIS AWS v3.0 4.13
#     - NIST 800-53 AU-6
#   mend: Leave the SUSPICIONS of infra/trail_alarms.py whole, each with its alarm.
#   types: [aws_cloudwatch_log_metric_filter, aws_cloudwatch_metric_alarm]
#   breaks:
#     - {type: aws_cloudwatch_log_metric_filter, drop: true}
#     - {type: aws_cloudwatch_log_metric_filter, at: metric_transformation.namespace, set: Nobody/Listens}
#     - {type: aws_cloudwatch_log_metric_filter, at: metric_transformation.name, set: nobody-listens}
deny_logging contains tf.finding("trail_has_listeners", filter, metric, "must have an alarm on its metric") if {
	some filter in tf.of("aws_cloudwatch_log_metric_filter")
	metric := metric_of_filter(filter)
	not metric in metrics_with_alarms
}

deny_logging contains tf.finding("trail_has_listeners", alarm, metric, "must have a filter that counts it") if {
	some alarm in tf.of("aws_cloudwatch_metric_alarm")
	metric := [alarm.values.namespace, alarm.values.metric_name]
	startswith(metric[0], "Groundway/")
	not metric in metrics_with_filters
}

deny_logging contains tf.stack_finding("trail_has_listeners", missing, message) if {
	count(trail_filters) > 0
	missing := {event | some event in suspicious_events; not listened_to(event)}
	count(missing) > 0
	message := "must have a filter with an alarm for these"
}

# A part of each pattern.
suspicious_events := {
	`"*NetworkAcl*"`,
	`"*Route"`,
	`"AccessDenied*"`,
	`"AuthorizeSecurityGroup*"`,
	`"DeleteDetector"`,
	`"DisableEbsEncryptionByDefault"`,
	`"Failed authentication"`,
	`"PutObjectRetention"`,
	`"Root"`,
	`"ScheduleKeyDeletion"`,
	`"StopLogging"`,
	`"iam.amazonaws.com"`,
	`"*BucketPolicy"`,
	`$.additionalEventData.MFAUsed != "Yes"`,
}

trail_filters := [filter |
	some filter in tf.of("aws_cloudwatch_log_metric_filter")
	metric_of_filter(filter)[0] == "Groundway/Trail"
]

listened_to(event) if {
	some filter in trail_filters
	contains(filter.values.pattern, event)
	metric_of_filter(filter) in metrics_with_alarms
}

metric_of_filter(filter) := [object.get(metric, "namespace", null), object.get(metric, "name", null)] if {
	metric := tf.block(filter.values, "metric_transformation")
}

metrics_with_filters := {metric_of_filter(filter) | some filter in tf.of("aws_cloudwatch_log_metric_filter")}

metrics_with_alarms contains [alarm.values.namespace, alarm.values.metric_name] if {
	some alarm in tf.of("aws_cloudwatch_metric_alarm")
	alarm.values.threshold <= 100
}
