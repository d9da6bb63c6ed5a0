package roles_are_bounded_test

import data.lib.example

trust(principal) := json.marshal({
	"Version": "2012-10-17",
	"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
})

service := trust({"Service": "ec2.amazonaws.com"})

person := trust({"AWS": "arn:aws:iam::111111111111:role/sso-ops"})

state(environment) := sprintf(
	"${data.terraform_remote_state.input-%s-foundation.outputs.output-aws_iam_policyboundary_policy_A8arn}",
	[environment],
)

role(boundary) := {"assume_role_policy": service, "permissions_boundary": boundary}

test_roles_are_bounded if {
	example.verdicts("roles_are_bounded", {"resource": {
		"aws_iam_policy": {"ours": {"name": "groundway-dev-boundary"}, "other": {"name": "other"}},
		"aws_iam_role": {
			"by_reference": role("${aws_iam_policy.ours.arn}"),
			"by_state": role(state("dev")),
			"by_name": role("arn:aws:iam::111111111111:policy/groundway-dev-boundary"),
			"person": {
				"assume_role_policy": person,
				"permissions_boundary": "arn:aws:iam::111111111111:policy/groundway-dev-operator-boundary",
			},
			"unbounded": {"assume_role_policy": service},
			"by_another_policy": role("${aws_iam_policy.other.arn}"),
			"by_another_environment": role(state("prod")),
			"in_another_account": role("arn:aws:iam::333333333333:policy/groundway-dev-boundary"),
			"of_people": role("arn:aws:iam::111111111111:policy/groundway-dev-operator-boundary"),
			"of_people_and_trusting_nobody": {
				"permissions_boundary": "arn:aws:iam::111111111111:policy/groundway-dev-operator-boundary",
			},
		},
	}}) == {
		"pass": {
			"aws_iam_policy.ours",
			"aws_iam_policy.other",
			"aws_iam_role.by_reference",
			"aws_iam_role.by_state",
			"aws_iam_role.by_name",
			"aws_iam_role.person",
		},
		"fail": {
			"aws_iam_role.unbounded",
			"aws_iam_role.by_another_policy",
			"aws_iam_role.by_another_environment",
			"aws_iam_role.in_another_account",
			"aws_iam_role.of_people",
			"aws_iam_role.of_people_and_trusting_nobody",
		},
	}
}
