package nobody_changes_rights_test

import data.lib.example

role := "arn:aws:iam::111111111111:role/groundway-dev-training"

document(effect, action, condition) := json.marshal({
	"Version": "2012-10-17",
	"Statement": [{"Effect": effect, "Action": action, "Resource": role, "Condition": condition}],
})

allows(action, condition) := {"policy": document("Allow", action, condition)}

attaching(operator, policy) := allows("iam:AttachRolePolicy", {operator: {"iam:PolicyARN": policy}})

test_nobody_changes_rights if {
	example.verdicts("nobody_changes_rights", {"resource": {
		"aws_iam_policy": {
			"stop": {"name": "groundway-dev-stop", "policy": document("Deny", "ec2:RunInstances", {})},
			"gives": {"name": "groundway-dev-gives", "policy": document("Allow", "ec2:RunInstances", {})},
		},
		"aws_iam_role_policy": {
			"looks": allows(["iam:GetRole", "iam:ListRoles", "iam:PassRole", "s3:GetObject"], {}),
			"stops": attaching("ArnEquals", "${aws_iam_policy.stop.arn}"),
			"stops_by_name": attaching("ArnEquals", "arn:aws:iam::111111111111:policy/groundway-dev-stop"),
			"attaches_anything": allows("iam:AttachRolePolicy", {}),
			"attaches_what_is_like": attaching("ArnLike", "${aws_iam_policy.stop.arn}"),
			"attaches_what_gives": attaching("ArnEquals", "${aws_iam_policy.gives.arn}"),
			"attaches_what_is_not_here": attaching("ArnEquals", "arn:aws:iam::111111111111:policy/other"),
			"writes_a_version": allows("iam:CreatePolicyVersion", {}),
			"writes_a_version_though_named": allows(
				"iam:CreatePolicyVersion",
				{"ArnEquals": {"iam:PolicyARN": "${aws_iam_policy.stop.arn}"}},
			),
			"makes_a_key": allows(["s3:GetObject", "iam:CreateAccessKey"], {}),
			"all_of_iam": allows("iam:*", {}),
			"all": allows("*", {}),
			"organization": allows("organizations:DetachPolicy", {}),
		},
	}}).fail == {
		"aws_iam_role_policy.attaches_anything",
		"aws_iam_role_policy.attaches_what_is_like",
		"aws_iam_role_policy.attaches_what_gives",
		"aws_iam_role_policy.attaches_what_is_not_here",
		"aws_iam_role_policy.writes_a_version",
		"aws_iam_role_policy.writes_a_version_though_named",
		"aws_iam_role_policy.makes_a_key",
		"aws_iam_role_policy.all_of_iam",
		"aws_iam_role_policy.all",
		"aws_iam_role_policy.organization",
	}
}

boundary(policy) := object.union(
	attaching("ArnEquals", sprintf("arn:aws:iam::111111111111:policy/%s", [policy])),
	{"name": "groundway-dev-boundary"},
)

test_the_boundary_knows_the_stop_by_name if {
	example.verdicts("nobody_changes_rights", {"resource": {"aws_iam_policy": {
		"sound": boundary("groundway-dev-spending-stopped"),
		"wider": boundary("groundway-dev-anything"),
	}}}).fail == {"aws_iam_policy.wider"}
}
