package cluster_control_planes_log_test

import data.lib.example

rule := "cluster_control_planes_log"

test_cluster_control_planes_log if {
	example.verdicts(rule, {"resource": {"aws_eks_cluster": {
		"enough": {"enabled_cluster_log_types": ["audit", "api"]},
		"no_audit": {"enabled_cluster_log_types": ["api", "scheduler"]},
		"no_api": {"enabled_cluster_log_types": ["audit"]},
		"none": {"enabled_cluster_log_types": []},
		"unsaid": {},
	}}}) == {
		"pass": {"aws_eks_cluster.enough"},
		"fail": {"aws_eks_cluster.no_audit", "aws_eks_cluster.no_api", "aws_eks_cluster.none", "aws_eks_cluster.unsaid"},
	}
}

test_where_protected if {
	provider := {
		"aws": [
			object.union(
				example.base.provider.aws[0],
				{"default_tags": [{"tags": object.union(example.tags, {"environment": "prod"})}]},
			),
		],
	}
	example.verdicts(rule, {"provider": provider, "resource": {"aws_eks_cluster": {
		"all": {"enabled_cluster_log_types": ["api", "audit", "authenticator", "controllerManager", "scheduler"]},
		"enough_for_dev": {"enabled_cluster_log_types": ["api", "audit"]},
	}}}) == {"pass": {"aws_eks_cluster.all"}, "fail": {"aws_eks_cluster.enough_for_dev"}}
}
