package main

import data.lib.grants
import data.lib.sharing
import data.lib.terraform as tf

# METADATA
# title: A token opens a role only for a named repository of ours
# description: >-
#   An identity provider such as GitHub signs tokens for everybody's workflows. The subject says whose it is: without
#   it, or with a wildcard in it, a stranger's workflow takes the role. The audience keeps tokens made for others out.
# custom:
#   severity: critical
#   controls: [NIST 800-53 AC-3, NIST 800-53 IA-2]
#   mend: >-
#     Want the issuer's aud and sub in StringEquals (policies/iam/ci-trust-*.json); repositories are in
#     policies/allowed.yaml.
#   types: [aws_iam_role]
#   breaks:
#     - {type: aws_iam_role, at: assume_role_policy.Statement, append: {Effect: Allow,
#         Principal: {Federated: "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"},
#         Action: "sts:AssumeRoleWithWebIdentity"}}
#     - {type: aws_iam_role, at: assume_role_policy.Statement, append: {Effect: Allow,
#         Principal: {Federated: "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"},
#         Action: "sts:AssumeRoleWithWebIdentity",
#         Condition: {StringEquals: {"token.actions.githubusercontent.com:aud": sts.amazonaws.com},
#         StringLike: {"token.actions.githubusercontent.com:sub": "repo:example-org/*"}}}}
#     - {type: aws_iam_role, at: assume_role_policy.Statement, append: {Effect: Allow,
#         Principal: {Federated: "arn:aws:iam::111111111111:oidc-provider/gitlab.com"},
#         Action: "sts:AssumeRoleWithWebIdentity", Condition: {StringEquals: {"gitlab.com:aud": sts.amazonaws.com,
#         "gitlab.com:sub": "project_path:strangers/fork:ref_type:branch:ref:main"}}}}
deny_identity contains tf.finding(
	"tokens_are_of_our_repositories",
	trust.resource,
	trust.statement.conditions,
	message,
) if {
	some trust in sharing.trusted
	some provider in object.get(trust.statement.principals, "Federated", [])
	not wants_our_tokens(trust.statement, provider)
	message := "must want the provider's audience and a subject of a known repository, word for word"
}

wants_our_tokens(statement, provider) if {
	[_, issuer] := regex.split(`:oidc-provider/`, provider)
	grants.wanted(statement, ["StringEquals"], sprintf("%s:aud", [issuer])) == ["sts.amazonaws.com"]
	subjects := grants.wanted(statement, ["StringEquals"], sprintf("%s:sub", [issuer]))
	count(subjects) > 0
	every subject in subjects {
		is_of_our_repository(subject)
	}
}

is_of_our_repository(subject) if {
	some repository in data.allowed.repositories
	some kind in {"repo", "project_path"}
	startswith(subject, sprintf("%s:%s:", [kind, repository]))
	not contains(subject, "*")
}
