package pools_scale_within_limits_test

import data.lib.example

scaling(types, least, most) := {"instance_types": types, "scaling_config": {"min_size": least, "max_size": most}}

test_pools_scale_within_limits if {
	reserved := {"launch_template": {"id": "${aws_launch_template.reserved.id}"}}
	target := {"capacity_reservation_target": {"capacity_reservation_id": "cr-1"}}
	example.verdicts("pools_scale_within_limits", {"resource": {
		"aws_launch_template": {"reserved": {"capacity_reservation_specification": target}},
		"aws_eks_node_group": {
			"cpu": scaling(["m7i.large"], 3, 6),
			"gpu": scaling(["g5.xlarge"], 0, 4),
			"gpu_reserved": object.union(scaling(["g5.xlarge"], 1, 1), reserved),
			"cpu_too_many": scaling(["m7i.large"], 3, 7),
			"gpu_too_many": scaling(["g5.xlarge"], 0, 5),
			"gpu_that_waits": scaling(["g5.xlarge"], 1, 1),
			"more_than_most": scaling(["m7i.large"], 5, 4),
			"unknown": scaling(["m7i.large"], 0, "${var.max}"),
			"no_least": {"instance_types": ["g5.xlarge"], "scaling_config": [{"max_size": 1}]},
			"unsaid": {},
		},
	}}) == {
		"pass": {
			"aws_launch_template.reserved",
			"aws_eks_node_group.cpu",
			"aws_eks_node_group.gpu",
			"aws_eks_node_group.gpu_reserved",
		},
		"fail": {
			"aws_eks_node_group.cpu_too_many",
			"aws_eks_node_group.gpu_too_many",
			"aws_eks_node_group.gpu_that_waits",
			"aws_eks_node_group.more_than_most",
			"aws_eks_node_group.unknown",
			"aws_eks_node_group.no_least",
			"aws_eks_node_group.unsaid",
		},
	}
}
