package security_groups_open_no_administration_test

import data.lib.example

test_security_groups_open_no_administration if {
	network := {"ip_protocol": "tcp", "cidr_ipv4": "10.10.0.0/16"}
	group := {"ip_protocol": "tcp", "security_group_id": "sg-1", "referenced_security_group_id": "sg-2"}
	example.verdicts("security_groups_open_no_administration", {"resource": {
		"aws_vpc_security_group_ingress_rule": {
			"web": object.union(network, {"from_port": 443, "to_port": 443}),
			"high_ports_of_a_group": object.union(group, {"from_port": 1025, "to_port": 65535}),
			"itself": {"ip_protocol": "-1", "security_group_id": "sg-1", "referenced_security_group_id": "sg-1"},
			"pings": object.union(network, {"ip_protocol": "icmp", "from_port": -1, "to_port": -1}),
			"ssh": object.union(network, {"from_port": 22, "to_port": 22}),
			"desktop": object.union(network, {"from_port": 3389, "to_port": 3389}),
			"from_a_list": {"ip_protocol": "tcp", "prefix_list_id": "pl-1", "from_port": "22", "to_port": "22"},
			"ssh_of_a_group": object.union(group, {"from_port": 1, "to_port": 65535}),
			"all_of_a_group": {"ip_protocol": "-1", "security_group_id": "sg-1", "referenced_security_group_id": "sg-2"},
			"unsaid_ports": network,
		},
		"aws_security_group_rule": {
			"itself": {"type": "ingress", "self": true, "protocol": "-1", "from_port": 0, "to_port": 0},
			"ssh": {"type": "ingress", "cidr_blocks": ["10.10.0.0/16"], "protocol": "tcp", "from_port": 20, "to_port": 25},
		},
		"aws_security_group": {
			"ssh": {"ingress": [{"security_groups": ["sg-2"], "protocol": "tcp", "from_port": 22, "to_port": 22}]},
		},
		"aws_default_security_group": {
			"all": {"ingress": [{"ipv6_cidr_blocks": ["::/0"], "protocol": -1, "from_port": 0, "to_port": 0}]},
		},
	}}) == {
		"pass": {
			"aws_vpc_security_group_ingress_rule.web",
			"aws_vpc_security_group_ingress_rule.high_ports_of_a_group",
			"aws_vpc_security_group_ingress_rule.itself",
			"aws_vpc_security_group_ingress_rule.pings",
			"aws_security_group_rule.itself",
		},
		"fail": {
			"aws_vpc_security_group_ingress_rule.ssh",
			"aws_vpc_security_group_ingress_rule.desktop",
			"aws_vpc_security_group_ingress_rule.from_a_list",
			"aws_vpc_security_group_ingress_rule.ssh_of_a_group",
			"aws_vpc_security_group_ingress_rule.all_of_a_group",
			"aws_vpc_security_group_ingress_rule.unsaid_ports",
			"aws_security_group_rule.ssh",
			"aws_security_group.ssh",
			"aws_default_security_group.all",
		},
	}
}
