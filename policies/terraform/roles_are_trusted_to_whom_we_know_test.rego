package roles_are_trusted_to_whom_we_know_test

import data.lib.example

role(name, principal, action, condition) := {"name": name, "assume_role_policy": json.marshal({
	"Version": "2012-10-17",
	"Statement": [{"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition}],
})}

trusts(principal) := role("groundway-dev-x", principal, "sts:AssumeRole", {})

reader(account, who) := role(
	"groundway-dev-promotion-reader",
	{"AWS": sprintf("arn:aws:iam::%s:root", [account])},
	"sts:AssumeRole",
	{"ArnLike": {"aws:PrincipalArn": who}},
)

pipelines := "arn:aws:iam::333333333333:role/groundway-*-pipelines"

denied := {"assume_role_policy": json.marshal({
	"Version": "2012-10-17",
	"Statement": [{"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
})}

test_roles_are_trusted_to_whom_we_know if {
	example.verdicts("roles_are_trusted_to_whom_we_know", {"resource": {"aws_iam_role": {
		"service": trusts({"Service": ["eks.amazonaws.com", "ec2.amazonaws.com"]}),
		"person": trusts({"AWS": "arn:aws:iam::111111111111:role/sso-ops"}),
		"nobody": denied,
		"promotion": reader("333333333333", pipelines),
		"promotion_by_ci_and_people": reader("333333333333", [
			"arn:aws:iam::333333333333:role/groundway-*-ci",
			"arn:aws:iam::333333333333:role/groundway-*-ops",
		]),
		"promotion_by_engineers": reader("333333333333", [pipelines, "arn:aws:iam::333333333333:role/groundway-*-engineers"]),
		"token": role(
			"groundway-dev-ci",
			{"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"},
			"sts:AssumeRoleWithWebIdentity", {},
		),
		"everybody": trusts("*"),
		"every_account": trusts({"AWS": "*"}),
		"whole_account": trusts({"AWS": "arn:aws:iam::111111111111:root"}),
		"account_by_number": trusts({"AWS": "111111111111"}),
		"elsewhere": trusts({"AWS": "arn:aws:iam::333333333333:role/groundway-prod-ops"}),
		"user": trusts({"AWS": "arn:aws:iam::111111111111:user/somebody"}),
		"unknown_service": trusts({"Service": ["eks.amazonaws.com", "lambda.amazonaws.com"]}),
		"no_principal": trusts({}),
		"promotion_to_a_stranger": reader("999999999999", pipelines),
		"promotion_to_everybody_there": reader("333333333333", "arn:aws:iam::333333333333:role/*"),
		"promotion_to_anybody": reader("333333333333", []),
		"saml": role(
			"groundway-dev-sso",
			{"Federated": "arn:aws:iam::111111111111:saml-provider/x"},
			"sts:AssumeRoleWithSAML", {},
		),
		"token_of_a_stranger": role(
			"groundway-dev-ci",
			{"Federated": "accounts.google.com"},
			"sts:AssumeRoleWithWebIdentity", {},
		),
		"any_action": role("groundway-dev-x", {"Service": "eks.amazonaws.com"}, "sts:*", {}),
	}}}) == {
		"pass": {
			"aws_iam_role.service",
			"aws_iam_role.person",
			"aws_iam_role.nobody",
			"aws_iam_role.promotion",
			"aws_iam_role.promotion_by_ci_and_people",
			"aws_iam_role.token",
		},
		"fail": {
			"aws_iam_role.everybody",
			"aws_iam_role.every_account",
			"aws_iam_role.whole_account",
			"aws_iam_role.account_by_number",
			"aws_iam_role.elsewhere",
			"aws_iam_role.user",
			"aws_iam_role.unknown_service",
			"aws_iam_role.no_principal",
			"aws_iam_role.promotion_to_a_stranger",
			"aws_iam_role.promotion_by_engineers",
			"aws_iam_role.promotion_to_everybody_there",
			"aws_iam_role.promotion_to_anybody",
			"aws_iam_role.saml",
			"aws_iam_role.token_of_a_stranger",
			"aws_iam_role.any_action",
		},
	}
}
