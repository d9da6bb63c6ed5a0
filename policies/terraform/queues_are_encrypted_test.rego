package queues_are_encrypted_test

import data.lib.example

test_queues_are_encrypted if {
	example.verdicts("queues_are_encrypted", {"resource": {"aws_sqs_queue": {
		"by_sqs": {"sqs_managed_sse_enabled": true, "kms_master_key_id": null},
		"by_us": {"kms_master_key_id": "${aws_kms_key.messages.arn}"},
		"not": {"sqs_managed_sse_enabled": false, "kms_master_key_id": ""},
		"unsaid": {},
	}}}) == {
		"pass": {"aws_sqs_queue.by_sqs", "aws_sqs_queue.by_us"},
		"fail": {"aws_sqs_queue.not", "aws_sqs_queue.unsaid"},
	}
}
