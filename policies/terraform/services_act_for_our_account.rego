package main

import data.lib.sharing
import data.lib.terraform as tf

# METADATA
# title: A service uses our things on behalf of our account only
# description: >-
#   CloudTrail, EventBridge or CloudWatch write for whoever asks them to. Without a condition on the source, another
#   account can have them write into our bucket, queue or topic, or use our key: the confused deputy.
# custom:
#   severity: high
#   controls: [NIST 800-53 AC-3, NIST 800-53 AC-4]
#   mend: Give allow_service() of infra/iam.py a condition on aws:SourceAccount or aws:SourceArn.
#   types:
#     - aws_ecr_repository_creation_template
#     - aws_ecr_repository_policy
#     - aws_kms_key
#     - aws_s3_bucket_policy
#     - aws_sagemaker_model_package_group_policy
#     - aws_sns_topic_policy
#     - aws_sqs_queue_policy
#     - aws_vpc_endpoint
#   breaks:
#     - {type: aws_s3_bucket_policy, at: policy.Statement, append: {Effect: Allow,
#         Principal: {Service: cloudtrail.amazonaws.com}, Action: "s3:PutObject", Resource: "arn:aws:s3:::mine/*"}}
#     - {type: aws_sns_topic_policy, at: policy.Statement.0.Condition, remove: true}
#     - {type: aws_sns_topic_policy, at: policy.Statement.0.Condition,
#         set: {StringEquals: {"aws:SourceAccount": "999999999999"}}}
#     - {type: aws_sqs_queue_policy, at: policy.Statement.0.Condition,
#         set: {ArnLike: {"aws:SourceArn": "arn:aws:events:*:*:rule/*"}}}
#     - {type: aws_kms_key, at: policy.Statement, append: {Effect: Allow,
#         Principal: {Service: cloudwatch.amazonaws.com}, Action: "kms:Decrypt", Resource: "*"}}
deny_identity contains tf.finding("services_act_for_our_account", grant.resource, grant.statement, message) if {
	some grant in sharing.shared
	count(sharing.services(grant.statement)) > 0
	not sharing.holds_for_us(grant.statement, {
		"aws:sourceaccount",
		"aws:sourcearn",
		"kms:encryptioncontext:aws:logs:arn",
	})
	message := "must want our account in aws:SourceAccount or aws:SourceArn"
}
