package roles_are_passed_by_name_test

import data.lib.example

role := "arn:aws:iam::111111111111:role/groundway-dev-training"

to(service) := {"StringEquals": {"iam:PassedToService": service}}

sagemaker := to("sagemaker.amazonaws.com")

passing(resource, condition) := {"policy": json.marshal({
	"Version": "2012-10-17",
	"Statement": [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": resource, "Condition": condition}],
})}

test_roles_are_passed_by_name if {
	example.verdicts("roles_are_passed_by_name", {"resource": {
		"aws_iam_policy": {"boundary": object.union(passing("*", {}), {"name": "groundway-dev-boundary"})},
		"aws_iam_role_policy": {
			"by_arn": passing([role], sagemaker),
			"by_reference": passing("${aws_iam_role.training.arn}", sagemaker),
			"any": passing("*", sagemaker),
			"any_of_ours": passing("arn:aws:iam::111111111111:role/groundway-dev-*", sagemaker),
			"of_another_account": passing("arn:aws:iam::333333333333:role/groundway-prod-training", sagemaker),
			"to_anybody": passing(role, {}),
			"to_a_pattern": passing(role, {"StringLike": {"iam:PassedToService": "sagemaker.amazonaws.com"}}),
			"to_another": passing(role, to(["sagemaker.amazonaws.com", "lambda.amazonaws.com"])),
			"to_nobody": passing(role, to([])),
		},
	}}) == {
		"pass": {"aws_iam_role_policy.by_arn", "aws_iam_role_policy.by_reference"},
		"fail": {
			"aws_iam_policy.boundary",
			"aws_iam_role_policy.any",
			"aws_iam_role_policy.any_of_ours",
			"aws_iam_role_policy.of_another_account",
			"aws_iam_role_policy.to_anybody",
			"aws_iam_role_policy.to_a_pattern",
			"aws_iam_role_policy.to_another",
			"aws_iam_role_policy.to_nobody",
		},
	}
}
