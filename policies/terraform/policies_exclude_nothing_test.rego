package policies_exclude_nothing_test

import data.lib.example

base := {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::groundway-dev-data/*"}

policy(statement) := {"policy": json.marshal({"Version": "2012-10-17", "Statement": [statement]})}

with_part(part, dropped) := policy(object.union(object.remove(base, dropped), part))

everybody_else := {"NotPrincipal": {"AWS": "arn:aws:iam::333333333333:root"}}

test_policies_exclude_nothing if {
	example.verdicts("policies_exclude_nothing", {"resource": {
		"aws_iam_role_policy": {
			"named": policy(base),
			"denies": with_part({"Effect": "Deny", "NotAction": "s3:*"}, ["Action"]),
			"other_actions": with_part({"NotAction": "iam:*"}, ["Action"]),
			"other_resources": with_part({"NotResource": "arn:aws:s3:::other"}, ["Resource"]),
		},
		"aws_s3_bucket_policy": {"everybody_else": with_part(everybody_else, [])},
		"aws_iam_role": {"everybody_else": {"assume_role_policy": with_part(everybody_else, []).policy}},
	}}) == {
		"pass": {"aws_iam_role_policy.named", "aws_iam_role_policy.denies"},
		"fail": {
			"aws_iam_role_policy.other_actions",
			"aws_iam_role_policy.other_resources",
			"aws_s3_bucket_policy.everybody_else",
			"aws_iam_role.everybody_else",
		},
	}
}
