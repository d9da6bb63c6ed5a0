package nobody_runs_code_as_another_test

import data.lib.example

allows(role, action, resource, condition) := {"role": role, "policy": json.marshal({
	"Version": "2012-10-17",
	"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}],
})}

plain(action) := allows("groundway-dev-training", action, "arn:aws:s3:::groundway-dev-data", {})

instance := "arn:aws:ec2:eu-west-1:111111111111:instance/*"

image := "arn:aws:ec2:eu-west-1::image/*"

tagged := {"StringLike": {sprintf("aws:RequestTag/%s", [key]): "*" | some key, _ in example.tags}}

without_owner := {"StringLike": object.remove(tagged.StringLike, ["aws:RequestTag/owner"])}

starts(role, resource, condition) := allows(role, "ec2:RunInstances", resource, condition)

test_nobody_runs_code_as_another if {
	example.verdicts("nobody_runs_code_as_another", {"resource": {
		"aws_iam_role": {"karpenter": {"name": "groundway-dev-karpenter"}},
		"aws_iam_role_policy": {
			"reads": plain("s3:GetObject"),
			"starts_as_karpenter": starts("${aws_iam_role.karpenter.name}", [instance, image], tagged),
			"names_karpenter": starts("groundway-dev-karpenter", instance, tagged),
			"uses_images": starts("groundway-dev-karpenter", image, {}),
			"changes_code": plain(["s3:GetObject", "lambda:UpdateFunctionCode"]),
			"sends_commands": plain("ssm:Send*"),
			"starts_as_another": starts("groundway-dev-training", instance, tagged),
			"starts_untagged": starts("groundway-dev-karpenter", instance, without_owner),
			"starts_anything": starts("groundway-dev-karpenter", "*", {}),
			"starts_nothing": starts("groundway-dev-karpenter", [], tagged),
		},
	}}) == {
		"pass": {
			"aws_iam_role.karpenter",
			"aws_iam_role_policy.reads",
			"aws_iam_role_policy.starts_as_karpenter",
			"aws_iam_role_policy.names_karpenter",
			"aws_iam_role_policy.uses_images",
		},
		"fail": {
			"aws_iam_role_policy.changes_code",
			"aws_iam_role_policy.sends_commands",
			"aws_iam_role_policy.starts_as_another",
			"aws_iam_role_policy.starts_untagged",
			"aws_iam_role_policy.starts_anything",
			"aws_iam_role_policy.starts_nothing",
		},
	}
}
