package main

import data.lib.terraform as tf

# METADATA
# title: Policies and copies of buckets, topics and queues are resources of their own
# description: >-
#   Older arguments inside a bucket, topic or queue still take a policy, a rule for other sites or a copy to elsewhere.
#   The rules about sharing read the resources made for it; what stands elsewhere would pass by them.
# custom:
#   severity: high
#   controls: [NIST 800-53 AC-3, NIST 800-53 AC-4]
#   mend: Use aws_s3_bucket_policy, aws_sns_topic_policy or aws_sqs_queue_policy.
#   types: [aws_s3_bucket, aws_sns_topic, aws_sqs_queue]
#   breaks:
#     - {type: aws_s3_bucket, at: policy, set: '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*"}]}'}
#     - {type: aws_s3_bucket, at: replication_configuration, set: [{role: copier, rules: [{status: Enabled}]}]}
#     - {type: aws_s3_bucket, at: cors_rule, set: [{allowed_methods: [GET], allowed_origins: ["*"]}]}
#     - {type: aws_sns_topic, at: policy,
#         set: '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sns:Publish"}]}'}
#     - {type: aws_sqs_queue, at: policy, set: '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*"}]}'}
deny_storage contains tf.finding("nothing_is_shared_in_passing", holder, attribute, message) if {
	# What a plan reads back of them is what the resources of their own say.
	tf.configuration
	some type in {"aws_s3_bucket", "aws_sns_topic", "aws_sqs_queue"}
	some holder in tf.of(type)
	some attribute in {"policy", "replication_configuration", "cors_rule"}
	not object.get(holder.values, attribute, null) in {null, "", []}
	message := "must not be shared by an argument"
}
