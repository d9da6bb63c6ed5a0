package nodes_take_no_logins_test

import data.lib.example

test_nodes_take_no_logins if {
	example.verdicts("nodes_take_no_logins", {"resource": {
		"aws_launch_template": {"closed": {}, "said_so": {"key_name": ""}, "open": {"key_name": "operators"}},
		"aws_instance": {"closed": {}, "open": {"key_name": "${aws_key_pair.operators.key_name}"}},
		"aws_eks_node_group": {
			"closed": {},
			"said_so": {"remote_access": []},
			"open": {"remote_access": {"ec2_ssh_key": "operators"}},
			"open_to_the_world": {"remote_access": [{}]},
		},
		"aws_key_pair": {"operators": {"key_name": "operators"}},
	}}) == {
		"pass": {
			"aws_launch_template.closed",
			"aws_launch_template.said_so",
			"aws_instance.closed",
			"aws_eks_node_group.closed",
			"aws_eks_node_group.said_so",
		},
		"fail": {
			"aws_launch_template.open",
			"aws_instance.open",
			"aws_eks_node_group.open",
			"aws_eks_node_group.open_to_the_world",
			"aws_key_pair.operators",
		},
	}
}
