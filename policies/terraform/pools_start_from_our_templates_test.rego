package pools_start_from_our_templates_test

import data.lib.example

test_pools_start_from_our_templates if {
	example.verdicts("pools_start_from_our_templates", {"resource": {
		"aws_launch_template": {"ours": {}},
		"aws_eks_node_group": {
			"ours": {
				"launch_template": {
					"id": "${aws_launch_template.ours.id}",
					"version": "${aws_launch_template.ours.latest_version}",
				},
			},
			"elsewhere": {"launch_template": {"id": "lt-1", "version": "1"}},
			"gone": {"launch_template": {"id": "${aws_launch_template.gone.id}"}},
			"unsaid": {},
		},
	}}) == {
		"pass": {"aws_launch_template.ours", "aws_eks_node_group.ours"},
		"fail": {"aws_eks_node_group.elsewhere", "aws_eks_node_group.gone", "aws_eks_node_group.unsaid"},
	}
}
