# Who may use a thing that carries a policy of its own, or a role: their principals.
package lib.sharing

import data.lib.iam
import data.lib.terraform as tf

# Where each type holds its policy.
policy_attributes := {
	"aws_ecr_repository_creation_template": "repository_policy",
	"aws_ecr_repository_policy": "policy",
	"aws_iam_policy": "policy",
	"aws_iam_role": "assume_role_policy",
	"aws_iam_role_policy": "policy",
	"aws_kms_key": "policy",
	"aws_s3_bucket_policy": "policy",
	"aws_sagemaker_model_package_group_policy": "resource_policy",
	"aws_sns_topic_policy": "policy",
	"aws_sqs_queue_policy": "policy",
	"aws_vpc_endpoint": "policy",
}
