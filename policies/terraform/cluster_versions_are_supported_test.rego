package cluster_versions_are_supported_test

import data.lib.example

test_cluster_versions_are_supported if {
	example.verdicts("cluster_versions_are_supported", {"resource": {"aws_eks_cluster": {
		"listed": {"version": "1.35"},
		"old": {"version": "1.24"},
		"new": {"version": "1.99"},
		"unsaid": {},
	}}}) == {
		"pass": {"aws_eks_cluster.listed"},
		"fail": {"aws_eks_cluster.old", "aws_eks_cluster.new", "aws_eks_cluster.unsaid"},
	}
}
