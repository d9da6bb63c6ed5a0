package main

import data.lib.terraform as tf

# METADATA
# title: Every account has its trail and its guards, which hold whatever anybody makes in it by hand
# description: >-
#   Volumes are encrypted by default, snapshots and machine images cannot be shared with everybody, threats are looked
#   for. These are set once an account, so that nothing else would show that one of them is gone.
# custom:
#   severity: high
#   controls: [CIS AWS v3.0 2.2.1, AWS FSBP EC2.7, AWS FSBP EC2.182, NIST 800-53 AC-3, NIST 800-53 SC-28]
#   mend: Keep infra/account_guards.py, infra/threat_detection.py and infra/image_scanning.py in the stacks, all on.
#   types:
#     - aws_accessanalyzer_analyzer
#     - aws_cloudtrail
#     - aws_ebs_encryption_by_default
#     - aws_ebs_snapshot_block_public_access
#     - aws_ec2_image_block_public_access
#     - aws_ec2_instance_metadata_defaults
#     - aws_ecr_registry_scanning_configuration
#     - aws_guardduty_detector
#     - aws_iam_account_password_policy
#     - aws_s3_account_public_access_block
#   breaks:
#     - {type: aws_ebs_encryption_by_default, at: enabled, set: false}
#     - {type: aws_ebs_snapshot_block_public_access, at: state, set: unblocked}
#     - {type: aws_ebs_snapshot_block_public_access, at: state, set: block-new-sharing}
#     - {type: aws_ec2_image_block_public_access, at: state, set: unblocked}
#     - {type: aws_accessanalyzer_analyzer, drop: true}
#     - {type: aws_cloudtrail, drop: true}
#     - {type: aws_ebs_encryption_by_default, drop: true}
#     - {type: aws_ebs_snapshot_block_public_access, drop: true}
#     - {type: aws_ec2_image_block_public_access, drop: true}
#     - {type: aws_ec2_instance_metadata_defaults, drop: true}
#     - {type: aws_ecr_registry_scanning_configuration, drop: true}
#     - {type: aws_guardduty_detector, drop: true}
#     - {type: aws_iam_account_password_policy, drop: true}
#     - {type: aws_s3_account_public_access_block, drop: true}
deny_logging contains tf.finding("accounts_are_guarded", guard, said, sprintf("%s must be %v", [argument, wanted])) if {
	some type, [argument, by_default, wanted] in guards_of_accounts
	some guard in tf.of(type)
	said := object.get(guard.values, argument, by_default)
	not said == wanted
}

deny_logging contains tf.stack_finding("accounts_are_guarded", guard, message) if {
	some type, guards in companions_of_types
	count(tf.of(type)) > 0
	some guard in guards
	count(tf.of(guard)) == 0
	not set_by_another_environment(guard)
	message := sprintf("has %s, so it must have %s, too", [type, guard])
}

guards_of_accounts := {
	"aws_ebs_encryption_by_default": ["enabled", true, true],
	"aws_ebs_snapshot_block_public_access": ["state", "unblocked", "block-all-sharing"],
	"aws_ec2_image_block_public_access": ["state", "unblocked", "block-new-sharing"],
}

# A stack is known by something that it cannot do without: the foundation by its network, compute by its cluster.
companions_of_types := {
	"aws_vpc": {
		"aws_accessanalyzer_analyzer",
		"aws_cloudtrail",
		"aws_ebs_encryption_by_default",
		"aws_ebs_snapshot_block_public_access",
		"aws_ec2_image_block_public_access",
		"aws_ec2_instance_metadata_defaults",
		"aws_guardduty_detector",
		"aws_iam_account_password_policy",
		"aws_s3_account_public_access_block",
	},
	"aws_eks_cluster": {"aws_ecr_registry_scanning_configuration"},
}

# What there is once an account may be set by one environment for the others in it. A trail of its own has each.
set_by_another_environment(guard) if {
	guard != "aws_cloudtrail"
	some name, other in data.allowed.environments
	name != tf.environment
	some account in other.accounts
	account in tf.allowed.accounts
}
