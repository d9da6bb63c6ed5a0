package services_take_roles_for_our_account_test

import data.lib.example

role(service, condition) := {"assume_role_policy": json.marshal({
	"Version": "2012-10-17",
	"Statement": [{
		"Effect": "Allow",
		"Principal": {"Service": service},
		"Action": "sts:AssumeRole",
		"Condition": condition,
	}],
})}

for_account(account) := {"StringEquals": {"aws:SourceAccount": account}}

test_services_take_roles_for_our_account if {
	example.verdicts("services_take_roles_for_our_account", {"resource": {"aws_iam_role": {
		"for_us": role(["eks.amazonaws.com"], for_account("111111111111")),
		"spelled_otherwise": role("eks.amazonaws.com", {"StringEquals": {"AWS:sourceaccount": ["111111111111"]}}),
		"instances": role("ec2.amazonaws.com", {}),
		"for_anybody": role("eks.amazonaws.com", {}),
		"beside_instances": role(["ec2.amazonaws.com", "eks.amazonaws.com"], {}),
		"for_another": role("eks.amazonaws.com", for_account("333333333333")),
		"for_us_and_another": role("eks.amazonaws.com", for_account(["111111111111", "333333333333"])),
		"for_whoever_is_like_us": role("eks.amazonaws.com", {"StringLike": {"aws:SourceAccount": "*"}}),
	}}}) == {
		"pass": {"aws_iam_role.for_us", "aws_iam_role.spelled_otherwise", "aws_iam_role.instances"},
		"fail": {
			"aws_iam_role.for_anybody",
			"aws_iam_role.beside_instances",
			"aws_iam_role.for_another",
			"aws_iam_role.for_us_and_another",
			"aws_iam_role.for_whoever_is_like_us",
		},
	}
}
