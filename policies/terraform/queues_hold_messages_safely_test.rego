package queues_hold_messages_safely_test

import data.lib.example

test_queues_hold_messages_safely if {
	example.verdicts("queues_hold_messages_safely", {"resource": {"aws_sqs_queue": {
		"by_sqs": {"sqs_managed_sse_enabled": true, "kms_master_key_id": null},
		"by_us": {"kms_master_key_id": "${aws_kms_key.messages.arn}"},
		"not": {"sqs_managed_sse_enabled": false, "kms_master_key_id": ""},
		"unsaid": {},
		"five_minutes": {"sqs_managed_sse_enabled": true, "message_retention_seconds": 300},
		"one_minute": {"sqs_managed_sse_enabled": true, "message_retention_seconds": 60},
	}}}) == {
		"pass": {"aws_sqs_queue.by_sqs", "aws_sqs_queue.by_us", "aws_sqs_queue.five_minutes"},
		"fail": {"aws_sqs_queue.not", "aws_sqs_queue.unsaid", "aws_sqs_queue.one_minute"},
	}
}
