package main

import data.lib.grants
import data.lib.places
import data.lib.terraform as tf

# METADATA
# title: A stack works in its environment's account and names no other
# description: >-
#   allowed_account_ids stops Terraform before it touches a wrong account. A foreign account id in a policy, an ARN or
#   an argument gives somebody a way in, or sends our data out. Only models and images are read from where they are
#   promoted to.
# custom:
#   severity: critical
#   controls: [NIST 800-53 AC-4, NIST 800-53 CM-3]
#   mend: Take the account from Site (infra/site.py); accounts are in policies/allowed.yaml.
#   types: [stack, "*"]
#   breaks:
#     - {in: stack, at: provider.aws.allowed_account_ids, set: ["999999999999"]}
#     - {in: stack, at: provider.aws.allowed_account_ids, append: "999999999999"}
#     - {in: stack, at: provider.aws.allowed_account_ids, remove: true}
#     - {type: aws_s3_bucket, at: bucket, set: groundway-data-999999999999}
#     - {type: aws_iam_role_policy, at: policy.Statement.0.Resource, append: "arn:aws:s3:::x/999999999999/*"}
#     - {type: aws_sns_topic_subscription, at: endpoint, set: "arn:aws:sqs:eu-west-1:999999999999:elsewhere"}
#     - {type: aws_ecr_repository_policy, at: policy.Statement.*.Principal.AWS, set: "arn:aws:iam::999999999999:root"}
deny_change contains tf.stack_finding("accounts_are_ours", accounts, message) if {
	some provider in places.providers
	accounts := object.get(provider, "allowed_account_ids", [])
	not is_environments_account(accounts)
	message := "allowed_account_ids must be the environment's account"
}

deny_change contains tf.finding("accounts_are_ours", resource, strange, "names an account that is not ours") if {
	some address, named in places.accounts
	resource := tf.all[address]
	strange := named - accounts_for(resource)
	count(strange) > 0
}

is_environments_account(accounts) if {
	count(accounts) > 0
	every account in accounts {
		account in tf.allowed.accounts
	}
}

accounts_for(resource) := {a | some a in tf.allowed.accounts} | {a |
	is_read_where_promoted(resource)
	some a in tf.allowed.promoted_to
}

is_read_where_promoted(resource) if {
	resource.type in {"aws_ecr_repository_policy", "aws_sagemaker_model_package_group_policy"}
}

is_read_where_promoted(resource) if {
	resource.type == "aws_iam_role"
	resource.values.name == sprintf("%s-promotion-reader", [grants.prefix])
}
