package main

import data.lib.iam
import data.lib.terraform as tf

# METADATA
# title: Who administers a key does not use it, and it is used through AWS services only
# description: >-
#   The policy of a key is the last word on what it protects. The account manages its keys; to read data it goes through
#   the service that holds them, which checks again. A key without a policy, or with kms:*, leaves all of it to IAM.
# custom:
#   severity: critical
#   controls: [AWS FSBP KMS.5, NIST 800-53 AC-5, NIST 800-53 SC-12]
#   mend: Make keys with infra/keys.py, and say in KeyProps which services use it.
#   types: [aws_kms_key, aws_kms_key_policy, aws_kms_grant]
#   breaks:
#     - {type: aws_kms_key, remove: policy}
#     - {type: aws_kms_key, at: policy.Statement.0.Action, set: "kms:*"}
#     - {type: aws_kms_key, at: policy.Statement.0.Action, append: "kms:Decrypt"}
#     - {type: aws_kms_key, at: policy.Statement.0.Action, append: "kms:De*"}
#     - {type: aws_kms_key, at: policy.Statement.0.Principal, set: {AWS: "arn:aws:iam::111111111111:role/someone"}}
#     - {type: aws_kms_key, at: policy.Statement.0.Principal, set: {AWS: "arn:aws:iam::999999999999:root"}}
#     - {type: aws_kms_key, at: policy.Statement.0.Principal, set: {Service: [lambda.amazonaws.com]}}
#     - {type: aws_kms_key, at: policy.Statement.1.Condition, remove: true}
#     - {type: aws_kms_key, at: policy.Statement.1.Condition, set: {StringLike: {"kms:ViaService": "*"}}}
#     - {type: aws_kms_key, at: policy.Statement.2.Condition, remove: true}
#     - {type: aws_kms_key, at: bypass_policy_lockout_safety_check, set: true}
#     - insert:
#         aws_kms_key_policy: {key_id: "1234", policy: "{}"}
deny_encryption contains tf.finding("keys_are_used_through_services", key, policy, "must have a policy of its own") if {
	some key in tf.of("aws_kms_key")
	policy := object.get(key.values, "policy", null)
	policy in {null, ""}
}

deny_encryption contains tf.finding("keys_are_used_through_services", key, allowed, message) if {
	some key in tf.of("aws_kms_key")
	some allowed in iam.allowed(key)
	lets_administer_key(allowed)
	not to_the_account_alone(allowed)
	message := "must let the account alone administer it"
}

deny_encryption contains tf.finding("keys_are_used_through_services", key, allowed, message) if {
	some key in tf.of("aws_kms_key")
	some allowed in iam.allowed(key)
	lets_use_key(allowed)
	object.keys(allowed.principals) != {"Service"}
	not through_a_service(allowed)
	message := "must be used through services only"
}

deny_encryption contains tf.finding("keys_are_used_through_services", key, null, message) if {
	some key in tf.of("aws_kms_key")
	not object.get(key.values, "bypass_policy_lockout_safety_check", null) in {null, false, "false"}
	message := "must not skip the check of its policy"
}

deny_encryption contains tf.finding("keys_are_used_through_services", opening, null, message) if {
	some type in {"aws_kms_key_policy", "aws_kms_grant"}
	some opening in tf.of(type)
	message := "must not be: the key itself says who uses it"
}

lets_administer_key(statement) if {
	some action in ["kms:putkeypolicy", "kms:schedulekeydeletion", "kms:disablekey", "kms:retiregrant", "kms:revokegrant"]
	iam.names(statement, action)
}

lets_use_key(statement) if {
	some action in ["kms:decrypt", "kms:encrypt", "kms:reencryptfrom", "kms:generatedatakey", "kms:creategrant"]
	iam.names(statement, action)
}

to_the_account_alone(statement) if {
	object.keys(statement.principals) == {"AWS"}
	every who in statement.principals.AWS {
		regex.match(sprintf(`^(arn:[\w-]+:iam::)?(%s)(:root)?$`, [concat("|", tf.allowed.accounts)]), who)
	}
}

through_a_service(statement) if {
	services := iam.listed(statement.conditions.StringEquals["kms:ViaService"])
	count(services) > 0
	every service in services {
		endswith(service, ".amazonaws.com")
	}
}

# A grant that only a service can ask for, on behalf of the principal.
through_a_service(statement) if {
	statement.conditions.Bool["kms:GrantIsForAWSResource"] in {true, "true"}
	statement.actions == ["kms:creategrant"]
}
