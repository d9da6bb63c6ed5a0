package cluster_admins_are_ops_and_ci_test

import data.lib.example

rule := "cluster_admins_are_ops_and_ci"

policy(name) := sprintf("arn:aws:eks::aws:cluster-access-policy/AmazonEKS%sPolicy", [name])

role(name) := sprintf("arn:aws:iam::111111111111:role/groundway-dev-%s", [name])

grant(who, name) := {"principal_arn": who, "policy_arn": policy(name), "access_scope": {"type": "cluster"}}

within(namespaces) := {"access_scope": {"type": "namespace", "namespaces": namespaces}}

exported(what) := sprintf("${data.terraform_remote_state.x.outputs.cross-stack-output-%sarn}", [what])

failing(grants) := example.verdicts(rule, {"resource": {
	"aws_eks_access_policy_association": grants,
	"aws_eks_access_entry": {"ops": {"principal_arn": role("ops")}, "engineers": {"principal_arn": role("engineers")}},
}}).fail

test_who_administers if {
	failing({
		"ops": grant(role("ops"), "ClusterAdmin"),
		"ops_by_entry": grant("${aws_eks_access_entry.ops.principal_arn}", "ClusterAdmin"),
		"ops_of_another_stack": grant(exported("aws_iam_rolepeople_ops_role_EC6148D9"), "ClusterAdmin"),
		"engineers_look": grant(role("engineers"), "View"),
		"engineers_work_somewhere": object.union(grant(role("engineers"), "Edit"), within(["training"])),
	}) == set()
	failing({
		"engineers": grant(role("engineers"), "ClusterAdmin"),
		"engineers_of_another_stack": grant(exported("aws_iam_rolepeople_engineers_role_EC6148D9"), "ClusterAdmin"),
		"engineers_by_entry": grant("${aws_eks_access_entry.engineers.principal_arn}", "Admin"),
		"admin_of_a_namespace": object.union(grant(role("engineers"), "Admin"), within(["training"])),
		"engineers_work_everywhere": grant(role("engineers"), "Edit"),
		"engineers_work_nowhere_said": object.union(grant(role("engineers"), "Edit"), within([])),
		"other_account": grant("arn:aws:iam::444444444444:role/groundway-dev-ops", "View"),
		"unscoped": object.remove(grant(role("engineers"), "View"), ["access_scope"]),
		"anybody": {"policy_arn": policy("View"), "access_scope": {"type": "cluster"}},
		"unsaid": {"principal_arn": role("engineers")},
	}) == {sprintf("aws_eks_access_policy_association.%s", [name]) |
		some name in [
			"engineers", "engineers_of_another_stack", "engineers_by_entry", "admin_of_a_namespace",
			"engineers_work_everywhere", "engineers_work_nowhere_said", "other_account", "unscoped", "anybody", "unsaid",
		]
	}
}

test_who_is_let_in if {
	example.verdicts(rule, {"resource": {"aws_eks_access_entry": {
		"ours": {"principal_arn": role("engineers"), "type": "STANDARD", "kubernetes_groups": ["readers"]},
		"made_here": {
			"principal_arn": "${aws_iam_role.nodes.arn}",
			"type": "EC2_LINUX",
			"kubernetes_groups": ["system:nodes"],
		},
		"stranger": {"principal_arn": "arn:aws:iam::444444444444:role/stranger", "type": "STANDARD"},
		"master": {"principal_arn": role("ops"), "type": "STANDARD", "kubernetes_groups": ["system:masters"]},
		"nobody": {},
	}}}) == {
		"pass": {"aws_eks_access_entry.ours", "aws_eks_access_entry.made_here"},
		"fail": {"aws_eks_access_entry.stranger", "aws_eks_access_entry.master", "aws_eks_access_entry.nobody"},
	}
}
