package main

import data.lib.terraform as tf

# METADATA
# title: Unusual spending is looked for, and somebody hears of it
# description: >-
#   A budget is passed at the end of a bad week; an anomaly is seen the next day. A monitor that no subscription names
#   watches for nobody, and a threshold above the budget never speaks.
# custom:
#   severity: low
#   controls: [NIST 800-53 SI-4, NIST 800-53 SA-2]
#   mend: >-
#     Name every monitor in a subscription with subscribers, a threshold in USD of a tenth of `monthly_usd` of
#     policies/allowed.yaml at most (infra/anomalies.py).
#   types: [aws_ce_anomaly_monitor, aws_ce_anomaly_subscription]
#   breaks:
#     - {type: aws_ce_anomaly_subscription, drop: true}
#     - {type: aws_ce_anomaly_subscription, at: monitor_arn_list, set: []}
#     - {type: aws_ce_anomaly_subscription, at: monitor_arn_list.0, remove: true}
#     - {type: aws_ce_anomaly_subscription, at: subscriber, set: []}
#     - {type: aws_ce_anomaly_subscription, remove: subscriber}
#     - {type: aws_ce_anomaly_subscription, at: threshold_expression.dimension.values, set: ["1000000"]}
#     - {type: aws_ce_anomaly_subscription, at: threshold_expression.dimension.key,
#         set: ANOMALY_TOTAL_IMPACT_PERCENTAGE}
deny_monitoring contains tf.finding("anomalies_are_told", monitor, null, message) if {
	some monitor in tf.of("aws_ce_anomaly_monitor")
	not monitor.address in monitors_heard
	message := "must be named by a subscription that tells somebody"
}

monitors_heard contains monitor if {
	some subscription in tf.of("aws_ce_anomaly_subscription")
	speaks_in_time(subscription.values)
	some monitor in tf.references(subscription, "monitor_arn_list")
}

speaks_in_time(subscription) if {
	count(tf.blocks(subscription, "subscriber")) > 0
	tf.at(subscription, ["threshold_expression", "dimension", "key"], null) == "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
	some usd in tf.at(subscription, ["threshold_expression", "dimension", "values"], [])
	regex.match(`^\d+(\.\d+)?$`, usd)
	to_number(usd) * 10 <= tf.allowed.monthly_usd
}
