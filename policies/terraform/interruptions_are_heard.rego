package main

import data.lib.terraform as tf

# METADATA
# title: Karpenter hears of every way in which AWS takes a node away
# description: >-
#   A spot instance has two minutes, retired hardware a date. Who does not hear of it loses the work of its pods; who
#   hears of it moves them. Nodes that come in by an access entry of their own are Karpenter's.
# custom:
#   severity: medium
#   controls: [NIST 800-53 CP-10, NIST 800-53 SI-4]
#   mend: Make the queue and its rules with infra/interruptions.py, and keep all of its EVENTS.
#   types: [aws_cloudwatch_event_rule, aws_cloudwatch_event_target, aws_eks_access_entry]
#   breaks:
#     - {type: aws_cloudwatch_event_rule, drop: true}
#     - {type: aws_cloudwatch_event_rule, at: state, set: DISABLED}
#     - {type: aws_cloudwatch_event_rule, at: event_pattern.detail-type, set: [Nothing]}
#     - {type: aws_cloudwatch_event_rule, at: event_pattern.source, set: [aws.s3]}
#     - {type: aws_cloudwatch_event_target, drop: true}
#     - {type: aws_cloudwatch_event_target, at: rule, set: elsewhere}
deny_compute contains tf.finding("interruptions_are_heard", entry, unheard, message) if {
	some entry in tf.of("aws_eks_access_entry")
	startswith(object.get(entry.values, "type", "STANDARD"), "EC2_")
	unheard := {kind | some kind, source in interruptions; not [kind, source] in interruptions_heard}
	count(unheard) > 0
	message := "must have a queue that hears of these"
}

interruptions := {
	"EC2 Spot Instance Interruption Warning": "aws.ec2",
	"EC2 Instance Rebalance Recommendation": "aws.ec2",
	"EC2 Instance State-change Notification": "aws.ec2",
	"EC2 Capacity Reservation Instance Interruption Warning": "aws.ec2",
	"AWS Health Event": "aws.health",
}

interruptions_heard contains [kind, source] if {
	some target in tf.of("aws_cloudwatch_event_target")
	some queue in tf.references(target, "arn")
	tf.of("aws_sqs_queue")[queue]
	some address in tf.references(target, "rule")
	rule := tf.of("aws_cloudwatch_event_rule")[address]
	object.get(rule.values, "state", "ENABLED") in {"ENABLED", null}
	json.is_valid(rule.values.event_pattern)
	pattern := json.unmarshal(rule.values.event_pattern)
	some kind in pattern["detail-type"]
	some source in pattern.source
}
