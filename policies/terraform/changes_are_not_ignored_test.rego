package changes_are_not_ignored_test

import data.lib.example

ignoring(what) := {"lifecycle": {"ignore_changes": what}}

test_changes_are_not_ignored if {
	example.configured("changes_are_not_ignored", {"resource": {
		"aws_eks_node_group": {
			"plain": {},
			"scaled_by_others": ignoring(["scaling_config[0].desired_size"]),
			"one": ignoring("scaling_config[0].desired_size"),
			"ceiling": ignoring(["scaling_config[0].desired_size", "scaling_config[0].max_size"]),
			"in_a_list": {"lifecycle": [ignoring(["labels"]).lifecycle]},
		},
		"aws_s3_bucket": {
			"kept": {"lifecycle": {"prevent_destroy": true}},
			"all": ignoring("all"),
			"another_types": ignoring(["scaling_config[0].desired_size"]),
		},
	}}) == {
		"pass": {
			"aws_eks_node_group.plain",
			"aws_eks_node_group.scaled_by_others",
			"aws_eks_node_group.one",
			"aws_s3_bucket.kept",
		},
		"fail": {
			"aws_eks_node_group.ceiling",
			"aws_eks_node_group.in_a_list",
			"aws_s3_bucket.all",
			"aws_s3_bucket.another_types",
		},
	}
}
