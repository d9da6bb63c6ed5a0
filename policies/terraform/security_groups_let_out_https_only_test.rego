package security_groups_let_out_https_only_test

import data.lib.example

test_security_groups_let_out_https_only if {
	https := {"ip_protocol": "tcp", "from_port": 443, "to_port": 443}
	block := {"cidr_blocks": ["0.0.0.0/0"], "protocol": "tcp", "from_port": 443, "to_port": 443}
	example.verdicts("security_groups_let_out_https_only", {"resource": {
		"aws_vpc_security_group_egress_rule": {
			"https": object.union(https, {"cidr_ipv4": "0.0.0.0/0"}),
			"network": {"ip_protocol": "-1", "cidr_ipv4": "10.10.0.0/16"},
			"group": {"ip_protocol": "-1", "referenced_security_group_id": "sg-1"},
			"anything": {"ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"},
			"udp": object.union(https, {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "udp"}),
			"more_ports": object.union(https, {"cidr_ipv4": "0.0.0.0/0", "to_port": 8443}),
			"lower_ports": object.union(https, {"cidr_ipv4": "0.0.0.0/0", "from_port": 80}),
			"ipv6": object.union(https, {"cidr_ipv6": "::/0"}),
			"unsaid": {"cidr_ipv4": "203.0.113.7/32"},
		},
		"aws_security_group_rule": {
			"in": {"type": "ingress", "cidr_blocks": ["0.0.0.0/0"], "protocol": "-1"},
			"anything": {"type": "egress", "cidr_blocks": ["0.0.0.0/0"], "protocol": "-1"},
		},
		"aws_security_group": {
			"https": {"egress": [block]},
			"mail": {"egress": [object.union(block, {"from_port": 25, "to_port": 25})]},
		},
		"aws_default_security_group": {"anything": {"egress": [{"cidr_blocks": ["0.0.0.0/0"], "protocol": "-1"}]}},
	}}) == {
		"pass": {
			"aws_vpc_security_group_egress_rule.https",
			"aws_vpc_security_group_egress_rule.network",
			"aws_vpc_security_group_egress_rule.group",
			"aws_security_group_rule.in",
			"aws_security_group.https",
		},
		"fail": {
			"aws_vpc_security_group_egress_rule.anything",
			"aws_vpc_security_group_egress_rule.udp",
			"aws_vpc_security_group_egress_rule.more_ports",
			"aws_vpc_security_group_egress_rule.lower_ports",
			"aws_vpc_security_group_egress_rule.ipv6",
			"aws_vpc_security_group_egress_rule.unsaid",
			"aws_security_group_rule.anything",
			"aws_security_group.mail",
			"aws_default_security_group.anything",
		},
	}
}
