package main

import data.lib.grants
import data.lib.sharing
import data.lib.terraform as tf

# METADATA
# title: A role is taken by services, roles and accounts that security knows
# description: >-
#   The trust policy is the door of a role. Everybody, an unknown service or a whole account - our own too - lets in
#   whoever gets there first. Another environment's account may read models where they are promoted from, by its
#   pipelines, CI and operators alone.
# custom:
#   severity: critical
#   controls: [NIST 800-53 AC-3, NIST 800-53 AC-6]
#   mend: >-
#     Use trust(), trust_roles() or trust_token() of infra/iam.py; services and accounts are listed in
#     policies/allowed.yaml.
#   types: [aws_iam_role]
#   breaks:
#     - {type: aws_iam_role, at: assume_role_policy.Statement.*.Principal, set: "*"}
#     - {type: aws_iam_role, at: assume_role_policy.Statement, append: {Effect: Allow, Principal: {AWS: "*"},
#         Action: "sts:AssumeRole"}}
#     - {type: aws_iam_role, at: assume_role_policy.Statement, append: {Effect: Allow,
#         Principal: {AWS: "arn:aws:iam::999999999999:root"}, Action: "sts:AssumeRole"}}
#     - {type: aws_iam_role, at: assume_role_policy.Statement, append: {Effect: Allow, Principal: {AWS: "111111111111"},
#         Action: "sts:AssumeRole"}}
#     - {type: aws_iam_role, at: assume_role_policy.Statement, append: {Effect: Allow,
#         Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole",
#         Condition: {StringEquals: {"aws:SourceAccount": "111111111111"}}}}
#     - {type: aws_iam_role, at: assume_role_policy.Statement.*.Action, set: "sts:*"}
deny_identity contains tf.finding(
	"roles_are_trusted_to_whom_we_know",
	trust.resource,
	trust.statement.principals,
	message,
) if {
	some trust in sharing.trusted
	not trusts_whom_we_know(trust.resource, trust.statement)
	message := "trusts somebody whom policies/allowed.yaml does not know"
}

trusts_whom_we_know(role, statement) if {
	count(statement.actions) > 0
	every action in statement.actions {
		action in {"sts:assumerole", "sts:assumerolewithwebidentity", "sts:setsourceidentity", "sts:tagsession"}
	}
	count(statement.principals) > 0
	every kind, who in statement.principals {
		count(who) > 0
		every one in who {
			is_known_principal(kind, one, role, statement)
		}
	}
}

is_known_principal("Service", service, _, _) if service in data.allowed.trusted_services

is_known_principal("AWS", arn, _, _) if grants.is_named_role(arn)

is_known_principal("AWS", arn, role, statement) if {
	role.values.name == sprintf("%s-promotion-reader", [grants.prefix])
	some account in tf.allowed.promoted_to
	arn == sprintf("arn:aws:iam::%s:root", [account])
	promoters := grants.wanted(statement, ["ArnEquals", "ArnLike"], "aws:PrincipalArn")
	count(promoters) > 0
	every promoter in promoters {
		regex.match(`^arn:aws:iam::\d{12}:role/[\w-]+(\*|\w)[\w-]*-(ci|ops|pipelines)$`, promoter)
	}
}

# Another rule says whose tokens.
is_known_principal("Federated", provider, _, statement) if {
	statement.actions == ["sts:assumerolewithwebidentity"]
	sharing.is_ours(provider)
}
