package main

import data.lib.terraform as tf

# METADATA
# title: The workspace of metrics logs which of its rules and alerts fail
# description: A rule that Prometheus cannot evaluate never fires. Its log is the only place that says so.
# custom:
#   severity: low
#   controls: [NIST 800-53 AU-12]
#   mend: Give the workspace a logging_configuration, as infra/prometheus.py does.
#   types: [aws_prometheus_workspace]
#   breaks:
#     - {type: aws_prometheus_workspace, remove: logging_configuration}
#     - {type: aws_prometheus_workspace, at: logging_configuration.log_group_arn, remove: true}
deny_logging contains tf.finding("metrics_service_tells", workspace, null, "must log to a log group") if {
	some workspace in tf.of("aws_prometheus_workspace")
	tf.at(workspace.values, ["logging_configuration", "log_group_arn"], null) in {null, ""}
}
