package nothing_is_shared_in_passing_test

import data.lib.example

test_nothing_is_shared_in_passing if {
	example.configured("nothing_is_shared_in_passing", {"resource": {
		"aws_s3_bucket": {
			"plain": {"bucket": "b"},
			"shared": {"policy": "{}"},
			"copied": {"replication_configuration": [{"role": "copier"}]},
			"of_other_sites": {"cors_rule": [{"allowed_origins": ["*"]}]},
		},
		"aws_sns_topic": {"plain": {"policy": null}, "shared": {"policy": "{}"}},
		"aws_sqs_queue": {"plain": {}, "shared": {"policy": "{}"}},
	}}) == {
		"pass": {"aws_s3_bucket.plain", "aws_sns_topic.plain", "aws_sqs_queue.plain"},
		"fail": {
			"aws_s3_bucket.shared",
			"aws_s3_bucket.copied",
			"aws_s3_bucket.of_other_sites",
			"aws_sns_topic.shared",
			"aws_sqs_queue.shared",
		},
	}
}
