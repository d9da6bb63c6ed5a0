package roles_are_taken_by_name_test

import data.lib.example

taking(resource) := {"policy": json.marshal({
	"Version": "2012-10-17",
	"Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "sts:AssumeRole"], "Resource": resource}],
})}

test_roles_are_taken_by_name if {
	example.verdicts("roles_are_taken_by_name", {"resource": {
		"aws_iam_policy": {"boundary": object.union(taking("*"), {"name": "groundway-dev-boundary"})},
		"aws_iam_role_policy": {
			"ours": taking("arn:aws:iam::111111111111:role/groundway-dev-reader"),
			"known": taking("arn:aws:iam::*:role/groundway-*-promotion-reader"),
			"any": taking("*"),
			"any_of_ours": taking(["arn:aws:iam::111111111111:role/groundway-dev-*"]),
			"elsewhere": taking("arn:aws:iam::333333333333:role/groundway-prod-ops"),
		},
	}}) == {
		"pass": {"aws_iam_role_policy.ours", "aws_iam_role_policy.known"},
		"fail": {
			"aws_iam_policy.boundary",
			"aws_iam_role_policy.any",
			"aws_iam_role_policy.any_of_ours",
			"aws_iam_role_policy.elsewhere",
		},
	}
}
