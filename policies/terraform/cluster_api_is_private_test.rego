package cluster_api_is_private_test

import data.lib.example

test_cluster_api_is_private if {
	public := {"endpoint_private_access": true, "endpoint_public_access": true}
	example.verdicts("cluster_api_is_private", {"resource": {"aws_eks_cluster": {
		"inside": {"vpc_config": {"endpoint_private_access": true, "endpoint_public_access": false}},
		"to_an_office": {"vpc_config": object.union(public, {"public_access_cidrs": ["203.0.113.0/24"]})},
		"to_everybody": {"vpc_config": object.union(public, {"public_access_cidrs": ["0.0.0.0/0"]})},
		"to_everybody_too": {
			"vpc_config": [object.union(public, {"public_access_cidrs": ["203.0.113.0/24", "128.0.0.0/1"]})],
		},
		"to_nobody_named": {"vpc_config": public},
		"to_an_empty_list": {"vpc_config": object.union(public, {"public_access_cidrs": []})},
		"not_inside": {"vpc_config": {"endpoint_private_access": false, "endpoint_public_access": false}},
		"only_an_office": {"vpc_config": {"endpoint_private_access": false, "public_access_cidrs": ["203.0.113.0/24"]}},
		"unsaid": {"vpc_config": {}},
		"nothing": {},
	}}}) == {
		"pass": {"aws_eks_cluster.inside", "aws_eks_cluster.to_an_office"},
		"fail": {
			"aws_eks_cluster.to_everybody",
			"aws_eks_cluster.to_everybody_too",
			"aws_eks_cluster.to_nobody_named",
			"aws_eks_cluster.to_an_empty_list",
			"aws_eks_cluster.not_inside",
			"aws_eks_cluster.only_an_office",
			"aws_eks_cluster.unsaid",
			"aws_eks_cluster.nothing",
		},
	}
}
