package main

import data.lib.iam
import data.lib.terraform as tf

# METADATA
# title: Buckets, topics and queues refuse requests without TLS
# description: >-
#   AWS answers plain HTTP unless a policy denies it, and then data, or what signs a request, is read on the way. The
#   denial must be for everybody, for every action and for everything inside, with no other condition to slip past.
# custom:
#   severity: high
#   controls: [CIS AWS v3.0 2.1.1, AWS FSBP S3.5, NIST 800-53 SC-8]
#   mend: Put iam.deny_plain_http(actions, resources) of infra/iam.py into the policy; infra/buckets.py does.
#   types:
#     - aws_s3_bucket
#     - aws_s3_bucket_policy
#     - aws_sns_topic
#     - aws_sns_topic_policy
#     - aws_sqs_queue
#     - aws_sqs_queue_policy
#   breaks:
#     - {type: aws_s3_bucket_policy, drop: true}
#     - {type: aws_s3_bucket_policy, at: policy.Statement.0.Effect, set: Allow}
#     - {type: aws_s3_bucket_policy, at: policy.Statement.0.Action, set: ["s3:PutObject"]}
#     - {type: aws_s3_bucket_policy, at: policy.Statement.0.Principal, set: {AWS: "arn:aws:iam::111111111111:root"}}
#     - {type: aws_s3_bucket_policy, at: policy.Statement.0.Resource.1, remove: true}
#     - {type: aws_s3_bucket_policy, at: policy.Statement.0.Condition.Bool.aws:SecureTransport, set: "true"}
#     - {type: aws_s3_bucket_policy, at: policy.Statement.0.Condition.StringEquals, set: {"aws:SourceVpc": vpc-1}}
#     - {type: aws_sns_topic_policy, at: policy.Statement.1, remove: true}
#     - {type: aws_sns_topic_policy, drop: true}
#     - {type: aws_sqs_queue_policy, at: policy.Statement.1, remove: true}
#     - {type: aws_sqs_queue_policy, drop: true}
deny_storage contains tf.finding("plain_http_is_refused", holder, null, message) if {
	some type, _ in holders_of_policies
	some holder in tf.of(type)
	not holder.address in refusing_plain_http
	message := "must deny every request without TLS in its policy"
}

# `parts`: what a resource of the policy must end with, so that all of the holder is covered.
holders_of_policies := {
	"aws_s3_bucket": {"policy": "aws_s3_bucket_policy", "by": "bucket", "action": "s3:*", "parts": ["", "/*"]},
	"aws_sns_topic": {"policy": "aws_sns_topic_policy", "by": "arn", "action": "sns:publish", "parts": [""]},
	"aws_sqs_queue": {"policy": "aws_sqs_queue_policy", "by": "queue_url", "action": "sqs:*", "parts": [""]},
}

refusing_plain_http contains address if {
	some how in holders_of_policies
	some policy in tf.of(how.policy)
	some statement in iam.denied(policy)
	statement.conditions.Bool["aws:SecureTransport"] in {"false", false}
	count(statement.conditions) == 1
	count(statement.conditions.Bool) == 1
	iam.is_everybody(statement.principals)
	how.action in statement.actions
	every part in how.parts {
		some resource in statement.resources
		covers_all_of_holder(resource, part)
	}
	some address in tf.references(policy, how.by)
}

# A plan does not know yet what names a new bucket; the configuration that it was made from was judged.
refusing_plain_http contains address if {
	tf.plan
	some how in holders_of_policies
	some policy in tf.of(how.policy)
	tf.is_reference(policy.values.policy)
	some address in tf.references(policy, how.by)
}

covers_all_of_holder(resource, part) if {
	holder := trim_suffix(resource, part)
	concat("", [holder, part]) == resource
	not contains(holder, "/")
}
