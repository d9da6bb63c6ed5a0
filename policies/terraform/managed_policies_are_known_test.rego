package managed_policies_are_known_test

import data.lib.example

attached(policy) := {"role": "groundway-dev-node", "policy_arn": policy}

test_managed_policies_are_known if {
	example.verdicts("managed_policies_are_known", {"resource": {
		"aws_iam_policy": {"ours": {"name": "groundway-dev-data"}, "boundary": {"name": "groundway-dev-boundary"}},
		"aws_iam_role_policy_attachment": {
			"known": attached("arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"),
			"ours": attached("${aws_iam_policy.ours.arn}"),
			"everything": attached("arn:aws:iam::aws:policy/AdministratorAccess"),
			"known_name_elsewhere": attached("arn:aws:iam::333333333333:policy/AmazonEKSWorkerNodePolicy"),
			"boundary": attached("${aws_iam_policy.boundary.arn}"),
			"unsaid": {"role": "groundway-dev-node"},
		},
		"aws_iam_policy_attachment": {"everything": attached("arn:aws:iam::aws:policy/PowerUserAccess")},
	}}) == {
		"pass": {
			"aws_iam_policy.ours",
			"aws_iam_policy.boundary",
			"aws_iam_role_policy_attachment.known",
			"aws_iam_role_policy_attachment.ours",
		},
		"fail": {
			"aws_iam_role_policy_attachment.everything",
			"aws_iam_role_policy_attachment.known_name_elsewhere",
			"aws_iam_role_policy_attachment.boundary",
			"aws_iam_role_policy_attachment.unsaid",
			"aws_iam_policy_attachment.everything",
		},
	}
}
