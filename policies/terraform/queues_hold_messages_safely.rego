package main

import data.lib.terraform as tf

# METADATA
# title: Queues encrypt what waits in them, and keep it for minutes at least
# description: >-
#   Messages tell what happens in the account. SQS's own key is good enough for what waits a few minutes; a key of ours
#   is better where messages hold data. A message that is gone before it is read was never sent.
# custom:
#   severity: medium
#   controls: [AWS FSBP SQS.1, NIST 800-53 SC-28]
#   mend: Set sqs_managed_sse_enabled = true, or kms_master_key_id to a key of infra/keys.py.
#   types: [aws_sqs_queue]
#   breaks:
#     - {type: aws_sqs_queue, at: sqs_managed_sse_enabled, set: false}
#     - {type: aws_sqs_queue, remove: sqs_managed_sse_enabled}
#     - {type: aws_sqs_queue, at: message_retention_seconds, set: 60}
deny_encryption contains tf.finding("queues_hold_messages_safely", queue, null, "must be encrypted") if {
	some queue in tf.of("aws_sqs_queue")
	not encrypted_queue(queue.values)
}

deny_encryption contains tf.finding(
	"queues_hold_messages_safely",
	queue,
	seconds,
	"must keep messages for five minutes or more",
) if {
	some queue in tf.of("aws_sqs_queue")
	seconds := object.get(queue.values, "message_retention_seconds", null)
	seconds != null
	not waits_for_minutes(seconds)
}

encrypted_queue(queue) if tf.yes(queue.sqs_managed_sse_enabled)

encrypted_queue(queue) if {
	is_string(queue.kms_master_key_id)
	regex.match(`^(arn:aws|\$\{aws_kms_key|\$\{data.terraform_remote_state)`, queue.kms_master_key_id)
}

waits_for_minutes(seconds) if {
	is_number(seconds)
	seconds >= 300
}
