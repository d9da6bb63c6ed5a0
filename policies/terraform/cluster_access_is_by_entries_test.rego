package cluster_access_is_by_entries_test

import data.lib.example

test_cluster_access_is_by_entries if {
	sound := {"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": false}
	example.verdicts("cluster_access_is_by_entries", {"resource": {"aws_eks_cluster": {
		"entries": {"access_config": sound},
		"config_map_too": {"access_config": object.union(sound, {"authentication_mode": "API_AND_CONFIG_MAP"})},
		"creator_is_admin": {"access_config": [object.union(sound, {"bootstrap_cluster_creator_admin_permissions": true})]},
		"creator_unsaid": {"access_config": {"authentication_mode": "API"}},
		"unsaid": {},
	}}}) == {
		"pass": {"aws_eks_cluster.entries"},
		"fail": {
			"aws_eks_cluster.config_map_too",
			"aws_eks_cluster.creator_is_admin",
			"aws_eks_cluster.creator_unsaid",
			"aws_eks_cluster.unsaid",
		},
	}
}
