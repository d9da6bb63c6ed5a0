package denials_stay_test

import data.lib.example

deny_all(action, condition) := {"Effect": "Deny", "Action": action, "Resource": ["*"], "Condition": condition}

but(role) := {"ArnNotEquals": {"aws:PrincipalArn": sprintf("arn:aws:iam::111111111111:role/groundway-dev-%s", [role])}}

karpenter := deny_all("ec2:RunInstances", but("karpenter"))

ground := deny_all(["ec2:Delete*"], {})

policy(name, statements) := {"name": name, "policy": json.marshal({"Version": "2012-10-17", "Statement": statements})}

boundary(statements) := policy("groundway-dev-boundary", statements)

test_denials_stay if {
	example.verdicts("denials_stay", {"resource": {"aws_iam_policy": {
		"boundary": boundary([karpenter, ground]),
		"stop": policy("groundway-dev-spending-stopped", [deny_all("sagemaker:Create*", {})]),
		"another": policy("another", []),
		"forgets_the_ground": boundary([karpenter]),
		"forgets_karpenter": boundary([ground]),
		"allows": boundary([karpenter, object.union(ground, {"Effect": "Allow"})]),
		"denies_somewhere": boundary([karpenter, object.union(ground, {"Resource": "arn:aws:ec2:::vpc/x"})]),
		"denies_sometimes": boundary([karpenter, deny_all("ec2:DeleteVpc", {"Bool": {"aws:SecureTransport": "false"}})]),
		"lets_others_start": boundary([deny_all("ec2:RunInstances", but("training")), ground]),
		"lets_karpenter_raze": boundary([karpenter, deny_all("ec2:DeleteVpc", but("karpenter"))]),
		"stops_nothing": policy("groundway-dev-spending-stopped", [deny_all("ec2:RunInstances", {})]),
	}}}) == {
		"pass": {"aws_iam_policy.boundary", "aws_iam_policy.stop", "aws_iam_policy.another"},
		"fail": {
			"aws_iam_policy.forgets_the_ground",
			"aws_iam_policy.forgets_karpenter",
			"aws_iam_policy.allows",
			"aws_iam_policy.denies_somewhere",
			"aws_iam_policy.denies_sometimes",
			"aws_iam_policy.lets_others_start",
			"aws_iam_policy.lets_karpenter_raze",
			"aws_iam_policy.stops_nothing",
		},
	}
}
