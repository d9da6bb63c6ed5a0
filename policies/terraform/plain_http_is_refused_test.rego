package plain_http_is_refused_test

import data.lib.example

denial := {
	"Effect": "Deny",
	"Principal": "*",
	"Action": ["s3:*"],
	"Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
	"Condition": {"Bool": {"aws:SecureTransport": "false"}},
}

policy(change) := json.marshal({"Statement": [object.union(denial, change)]})

bucket(change) := example.verdicts("plain_http_is_refused", {"resource": {
	"aws_s3_bucket": {"b": {}},
	"aws_s3_bucket_policy": {"p": {"bucket": "${aws_s3_bucket.b.bucket}", "policy": policy(change)}},
}}).fail

test_plain_http_is_refused if {
	bucket({}) == set()
	every change in [
		{"Effect": "Allow"},
		{"Principal": {"AWS": "arn:aws:iam::111111111111:root"}},
		{"Action": ["s3:GetObject"]},
		{"Resource": ["arn:aws:s3:::b"]},
		{"Resource": ["arn:aws:s3:::b/*"]},
		{"Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/some/*"]},
		{"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
		{"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}},
		{"Condition": {"Bool": {"aws:ViaAWSService": "false"}}},
	] {
		bucket(change) == {"aws_s3_bucket.b"}
	}
}

test_topics_and_queues_as_well if {
	topic := {"Action": "sns:Publish", "Resource": "arn:aws:sns:eu-west-1:111111111111:t"}
	queue := {"Action": "sqs:*", "Resource": ["arn:aws:sqs:eu-west-1:111111111111:q"]}
	example.verdicts("plain_http_is_refused", {"resource": {
		"aws_sns_topic": {"guarded": {}, "bare": {}},
		"aws_sns_topic_policy": {"p": {"arn": "${aws_sns_topic.guarded.arn}", "policy": policy(topic)}},
		"aws_sqs_queue": {"guarded": {}, "lax": {}},
		"aws_sqs_queue_policy": {
			"p": {"queue_url": "${aws_sqs_queue.guarded.url}", "policy": policy(queue)},
			"of_other_actions": {"queue_url": "${aws_sqs_queue.lax.url}", "policy": policy(topic)},
		},
	}}) == {
		"pass": {
			"aws_sns_topic.guarded",
			"aws_sns_topic_policy.p",
			"aws_sqs_queue.guarded",
			"aws_sqs_queue_policy.p",
			"aws_sqs_queue_policy.of_other_actions",
		},
		"fail": {"aws_sns_topic.bare", "aws_sqs_queue.lax"},
	}
}

# Only a plan may leave open what the policy will say.
test_unknown_policy if {
	stack := {"resource": {
		"aws_s3_bucket": {"b": {}},
		"aws_s3_bucket_policy": {"p": {"bucket": "${aws_s3_bucket.b.bucket}", "policy": "${aws_s3_bucket.b.arn}"}},
	}}
	example.configured("plain_http_is_refused", stack).fail == {"aws_s3_bucket.b"}
	example.planned("plain_http_is_refused", example.as_plan(object.union(example.base, stack))).fail == set()
}
