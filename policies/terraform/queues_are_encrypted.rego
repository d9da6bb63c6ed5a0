package main

import data.lib.terraform as tf

# METADATA
# title: Queues encrypt what waits in them
# description: >-
#   Messages tell what happens in the account. SQS's own key is good enough for what waits a few minutes; a key of ours is
#   better where messages hold data.
# custom:
#   severity: medium
#   controls: [AWS FSBP SQS.1, NIST 800-53 SC-28]
#   mend: Set sqs_managed_sse_enabled = true, or kms_master_key_id to a key of infra/keys.py.
#   types: [aws_sqs_queue]
#   breaks:
#     - {type: aws_sqs_queue, at: sqs_managed_sse_enabled, set: false}
#     - {type: aws_sqs_queue, remove: sqs_managed_sse_enabled}
deny contains tf.finding("queues_are_encrypted", queue, null, "must be encrypted") if {
	some queue in tf.of("aws_sqs_queue")
	not encrypted_queue(queue.values)
}

encrypted_queue(queue) if tf.yes(queue.sqs_managed_sse_enabled)

encrypted_queue(queue) if {
	is_string(queue.kms_master_key_id)
	regex.match(`^(arn:aws|\$\{aws_kms_key|\$\{data.terraform_remote_state)`, queue.kms_master_key_id)
}
