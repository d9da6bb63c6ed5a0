package policies_name_their_actions_test

import data.lib.example

policy(name, effect, action) := {"name": name, "policy": json.marshal({
	"Version": "2012-10-17",
	"Statement": [{"Effect": effect, "Action": action, "Resource": "arn:aws:s3:::groundway-dev-data/*"}],
})}

test_policies_name_their_actions if {
	example.verdicts("policies_name_their_actions", {"resource": {
		"aws_iam_policy": {
			"boundary": policy("groundway-dev-boundary", "Allow", ["ec2:*"]),
			"boundary_of_another": policy("groundway-prod-boundary", "Allow", ["ec2:*"]),
			"denies": policy("stop", "Deny", "ec2:*"),
		},
		"aws_iam_role_policy": {
			"named": policy("named", "Allow", ["s3:GetObject", "s3:PutObject"]),
			"everything": policy("everything", "Allow", "*"),
			"service": policy("service", "Allow", ["s3:GetObject", "s3:*"]),
			"prefix": policy("prefix", "Allow", "s3:Get*"),
			"one_letter": policy("one_letter", "Allow", "s3:GetObjec?"),
		},
	}}) == {
		"pass": {"aws_iam_policy.boundary", "aws_iam_policy.denies", "aws_iam_role_policy.named"},
		"fail": {
			"aws_iam_policy.boundary_of_another",
			"aws_iam_role_policy.everything",
			"aws_iam_role_policy.service",
			"aws_iam_role_policy.prefix",
			"aws_iam_role_policy.one_letter",
		},
	}
}

test_the_boundary_names_services if {
	example.verdicts("policies_name_their_actions", {"resource": {"aws_iam_policy": {
		"boundary": policy("groundway-dev-boundary", "Allow", ["s3:GetObject", "*"]),
	}}}).fail == {"aws_iam_policy.boundary"}
}
