package network_acls_open_no_administration_test

import data.lib.example

test_network_acls_open_no_administration if {
	web := {"action": "allow", "protocol": "tcp", "cidr_block": "0.0.0.0/0", "from_port": 443, "to_port": 443}
	example.verdicts("network_acls_open_no_administration", {"resource": {
		"aws_network_acl": {
			"web": {"ingress": [web]},
			"denies": {"ingress": [object.union(web, {"action": "deny", "protocol": "-1"})]},
			"network": {"ingress": [{"action": "allow", "protocol": "-1", "cidr_block": "10.10.0.0/16"}]},
			"everything": {"ingress": [object.union(web, {"protocol": "-1", "from_port": 0, "to_port": 0})]},
			"ssh": {"ingress": [web, object.union(web, {"from_port": 22, "to_port": 22})]},
			"unsaid": {"ingress": [{"cidr_block": "0.0.0.0/0"}]},
		},
		"aws_default_network_acl": {
			"desktop": {"ingress": [{"ipv6_cidr_block": "::/0", "protocol": "tcp", "from_port": 3000, "to_port": 4000}]},
		},
		"aws_network_acl_rule": {
			"out": {"egress": true, "rule_action": "allow", "protocol": "-1", "cidr_block": "0.0.0.0/0"},
			"denies": {"rule_action": "deny", "protocol": "-1", "cidr_block": "0.0.0.0/0"},
			"ssh": {"rule_action": "allow", "protocol": "tcp", "cidr_block": "0.0.0.0/0", "from_port": 22, "to_port": 22},
		},
	}}) == {
		"pass": {
			"aws_network_acl.web",
			"aws_network_acl.denies",
			"aws_network_acl.network",
			"aws_network_acl_rule.out",
			"aws_network_acl_rule.denies",
		},
		"fail": {
			"aws_network_acl.everything",
			"aws_network_acl.ssh",
			"aws_network_acl.unsaid",
			"aws_default_network_acl.desktop",
			"aws_network_acl_rule.ssh",
		},
	}
}
