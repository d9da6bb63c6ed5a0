package pods_have_roles_of_their_own_test

import data.lib.example

sound := {"namespace": "training", "service_account": "training", "role_arn": "arn:aws:iam::111111111111:role/training"}

stranger := "arn:aws:iam::444444444444:role/stranger"

failing(resources) := example.verdicts("pods_have_roles_of_their_own", {"resource": resources}).fail

test_associations if {
	failing({"aws_eks_pod_identity_association": {
		"sound": sound,
		"made_here": object.union(sound, {"role_arn": "${aws_iam_role.serving.arn}"}),
	}}) == set()
	failing({"aws_eks_pod_identity_association": {
		"default_account": object.union(sound, {"service_account": "default", "role_arn": "${aws_iam_role.a.arn}"}),
		"default_namespace": object.union(sound, {"namespace": "default", "role_arn": "${aws_iam_role.b.arn}"}),
		"elsewhere": object.union(sound, {"role_arn": stranger}),
		"further_on": object.union(sound, {"role_arn": "${aws_iam_role.c.arn}", "target_role_arn": stranger}),
		"one": object.union(sound, {"role_arn": "${aws_iam_role.shared.arn}"}),
		"other": object.union(sound, {"role_arn": "${aws_iam_role.shared.arn}", "service_account": "serving"}),
		"unsaid": {},
	}}) == {sprintf("aws_eks_pod_identity_association.%s", [name]) |
		some name in ["default_account", "default_namespace", "elsewhere", "further_on", "one", "other", "unsaid"]
	}
}

test_addons if {
	failing({"aws_eks_addon": {
		"without": {"addon_name": "coredns"},
		"sound": {
			"addon_name": "vpc-cni",
			"pod_identity_association": [{"service_account": "aws-node", "role_arn": "${aws_iam_role.cni.arn}"}],
		},
		"default": {
			"addon_name": "x",
			"pod_identity_association": {"service_account": "default", "role_arn": "${aws_iam_role.x.arn}"},
		},
	}}) == {"aws_eks_addon.default"}
}
