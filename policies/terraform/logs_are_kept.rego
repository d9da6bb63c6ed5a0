package main

import data.lib.terraform as tf

# METADATA
# title: Logs and metrics are kept as long as security asks, and not for ever
# description: >-
#   policies/allowed.yaml says for how many days at least. Without a term CloudWatch keeps logs for ever, which is paid
#   for each month, and what must be forgotten is not.
# custom:
#   severity: medium
#   controls: [AWS Security Hub CloudWatch.16, NIST 800-53 AU-11]
#   mend: Set logs.retention_days of the environment to at least log_retention_days of policies/allowed.yaml.
#   types: [aws_cloudwatch_log_group, aws_prometheus_workspace_configuration]
#   breaks:
#     - {type: aws_cloudwatch_log_group, at: retention_in_days, set: 1}
#     - {type: aws_cloudwatch_log_group, at: retention_in_days, set: 0}
#     - {type: aws_cloudwatch_log_group, remove: retention_in_days}
#     - {type: aws_cloudwatch_log_group, at: log_group_class, set: DELIVERY}
#     - {type: aws_prometheus_workspace_configuration, at: retention_period_in_days, set: 1}
deny_logging contains tf.finding("logs_are_kept", group, days, message) if {
	some group in tf.of("aws_cloudwatch_log_group")
	days := object.get(group.values, "retention_in_days", null)
	not kept_long_enough(days)
	message := sprintf("must be kept for %d days or more, but not for ever", [tf.allowed.log_retention_days])
}

# That class is gone after two days, whatever its retention.
deny_logging contains tf.finding("logs_are_kept", group, "DELIVERY", "must be of a class that keeps logs") if {
	some group in tf.of("aws_cloudwatch_log_group")
	group.values.log_group_class == "DELIVERY"
}

deny_logging contains tf.finding("logs_are_kept", configuration, days, "must keep metrics for a month or more") if {
	some configuration in tf.of("aws_prometheus_workspace_configuration")
	days := object.get(configuration.values, "retention_period_in_days", null)
	not kept_a_month(days)
}

kept_long_enough(days) if {
	is_number(days)
	days >= tf.allowed.log_retention_days
}

# Left out, it is 150 days.
kept_a_month(null)

kept_a_month(days) if {
	is_number(days)
	days >= 30
}
