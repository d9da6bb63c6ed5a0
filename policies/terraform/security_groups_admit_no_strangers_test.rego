package security_groups_admit_no_strangers_test

import data.lib.example

rule := "security_groups_admit_no_strangers"

test_rules_of_their_own if {
	example.verdicts(rule, {"resource": {"aws_vpc_security_group_ingress_rule": {
		"group": {"referenced_security_group_id": "sg-1", "ip_protocol": "-1"},
		"network": {"cidr_ipv4": "10.10.4.0/22", "ip_protocol": "tcp", "from_port": 443, "to_port": 443},
		"world": {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 443, "to_port": 443},
		"world_ipv6": {"cidr_ipv6": "::/0", "ip_protocol": "-1"},
		"wider": {"cidr_ipv4": "10.0.0.0/8", "ip_protocol": "-1"},
		"other_network": {"cidr_ipv4": "10.30.0.0/16", "ip_protocol": "-1"},
		"no_address": {"cidr_ipv4": "everybody", "ip_protocol": "-1"},
		"strange_list": {"prefix_list_id": "pl-1", "ip_protocol": "-1"},
		"our_list": {"prefix_list_id": "${aws_ec2_managed_prefix_list.ours.id}", "ip_protocol": "-1"},
	}}}) == {
		"pass": {
			"aws_vpc_security_group_ingress_rule.group",
			"aws_vpc_security_group_ingress_rule.network",
			"aws_vpc_security_group_ingress_rule.our_list",
		},
		"fail": {
			"aws_vpc_security_group_ingress_rule.world",
			"aws_vpc_security_group_ingress_rule.world_ipv6",
			"aws_vpc_security_group_ingress_rule.wider",
			"aws_vpc_security_group_ingress_rule.other_network",
			"aws_vpc_security_group_ingress_rule.no_address",
			"aws_vpc_security_group_ingress_rule.strange_list",
		},
	}
}

test_addresses_that_the_network_tells if {
	example.verdicts(rule, {"resource": {"aws_vpc_security_group_ingress_rule": {
		"here": {"cidr_ipv4": "${aws_vpc.ours.cidr_block}"},
		"there": {"cidr_ipv4": "${data.terraform_remote_state.foundation.outputs.aws_vpcourscidr_block}"},
		"whatever": {"cidr_ipv4": "${var.addresses}"},
	}}}) == {
		"pass": {"aws_vpc_security_group_ingress_rule.here", "aws_vpc_security_group_ingress_rule.there"},
		"fail": {"aws_vpc_security_group_ingress_rule.whatever"},
	}
}

# A plan knows the list, and only the configuration says that it is one made here.
test_list_of_a_plan if {
	known := {
		"address": "aws_vpc_security_group_ingress_rule.a",
		"type": "aws_vpc_security_group_ingress_rule",
		"name": "a",
	}
	change := object.union(
		known,
		{"mode": "managed", "change": {"actions": ["create"], "after": {"prefix_list_id": "pl-1"}}},
	)
	said := {"references": ["aws_ec2_managed_prefix_list.ours.id", "aws_ec2_managed_prefix_list.ours"]}
	resource := {"type": known.type, "name": "a", "expressions": {"prefix_list_id": said, "prefix_list_ids": {}}}
	ours := {"configuration": {"root_module": {"resources": [resource]}}}
	example.planned(rule, {"resource_changes": [change]}).fail == {"aws_vpc_security_group_ingress_rule.a"}
	example.planned(rule, object.union({"resource_changes": [change]}, ours)).fail == set()
}

test_older_forms if {
	example.verdicts(rule, {"resource": {
		"aws_security_group_rule": {
			"out": {"type": "egress", "cidr_blocks": ["0.0.0.0/0"]},
			"group": {"type": "ingress", "source_security_group_id": "sg-1"},
			"world": {"type": "ingress", "cidr_blocks": ["10.10.0.0/16", "0.0.0.0/0"]},
			"world_ipv6": {"type": "ingress", "ipv6_cidr_blocks": ["::/0"]},
			"strange_list": {"type": "ingress", "prefix_list_ids": ["pl-1"]},
		},
		"aws_security_group": {
			"closed": {"ingress": []},
			"network": {"ingress": [{"cidr_blocks": ["10.10.0.0/16"], "protocol": "tcp", "from_port": 1, "to_port": 2}]},
			"world": {"ingress": {"cidr_blocks": ["0.0.0.0/0"], "protocol": "tcp", "from_port": 1, "to_port": 2}},
		},
		"aws_default_security_group": {"world": {"ingress": [{"ipv6_cidr_blocks": ["::/0"], "protocol": "-1"}]}},
	}}) == {
		"pass": {
			"aws_security_group_rule.out",
			"aws_security_group_rule.group",
			"aws_security_group.closed",
			"aws_security_group.network",
		},
		"fail": {
			"aws_security_group_rule.world",
			"aws_security_group_rule.world_ipv6",
			"aws_security_group_rule.strange_list",
			"aws_security_group.world",
			"aws_default_security_group.world",
		},
	}
}

test_lists_of_addresses if {
	example.verdicts(rule, {"resource": {
		"aws_ec2_managed_prefix_list": {
			"ours": {"entry": [{"cidr": "10.10.0.0/16"}]},
			"world": {"entry": [{"cidr": "10.10.0.0/16"}, {"cidr": "0.0.0.0/0"}]},
		},
		"aws_ec2_managed_prefix_list_entry": {"ours": {"cidr": "10.10.1.0/24"}, "world": {"cidr": "0.0.0.0/0"}},
	}}) == {
		"pass": {"aws_ec2_managed_prefix_list.ours", "aws_ec2_managed_prefix_list_entry.ours"},
		"fail": {"aws_ec2_managed_prefix_list.world", "aws_ec2_managed_prefix_list_entry.world"},
	}
}
