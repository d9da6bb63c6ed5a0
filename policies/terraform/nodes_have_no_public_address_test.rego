package nodes_have_no_public_address_test

import data.lib.example

test_nodes_have_no_public_address if {
	example.verdicts("nodes_have_no_public_address", {"resource": {
		"aws_launch_template": {
			"grouped": {"vpc_security_group_ids": ["sg-1"]},
			"interfaces": {
				"network_interfaces": [
					{"security_groups": ["sg-1"]},
					{"security_groups": ["sg-1"], "associate_public_ip_address": "false"},
				],
			},
			"public": {
				"network_interfaces": [
					{"security_groups": ["sg-1"]},
					{"security_groups": ["sg-1"], "associate_public_ip_address": "true"},
				],
			},
			"perhaps_public": {
				"network_interfaces": [{"security_groups": ["sg-1"], "associate_public_ip_address": "${var.public}"}],
			},
			"default_group": {"network_interfaces": [{"security_groups": ["sg-1"]}, {"interface_type": "efa-only"}]},
			"no_group": {"vpc_security_group_ids": []},
			"unsaid": {},
		},
		"aws_instance": {
			"private": {"associate_public_ip_address": false},
			"public": {"associate_public_ip_address": true},
			"unsaid": {},
		},
	}}) == {
		"pass": {"aws_launch_template.grouped", "aws_launch_template.interfaces", "aws_instance.private"},
		"fail": {
			"aws_launch_template.public",
			"aws_launch_template.perhaps_public",
			"aws_launch_template.default_group",
			"aws_launch_template.no_group",
			"aws_launch_template.unsaid",
			"aws_instance.public",
			"aws_instance.unsaid",
		},
	}
}
