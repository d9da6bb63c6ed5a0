package networks_have_their_own_addresses_test

import data.lib.example

test_networks_have_their_own_addresses if {
	example.verdicts("networks_have_their_own_addresses", {"resource": {
		"aws_vpc": {
			"ours": {"cidr_block": "10.10.0.0/16"},
			"part": {"cidr_block": "10.10.128.0/17", "assign_generated_ipv6_cidr_block": false},
			"of_prod": {"cidr_block": "10.30.0.0/16"},
			"wider": {"cidr_block": "10.0.0.0/8"},
			"ipv6": {"cidr_block": "10.10.0.0/16", "assign_generated_ipv6_cidr_block": true},
			"unsaid": {},
		},
		"aws_vpc_ipv4_cidr_block_association": {
			"ours": {"cidr_block": "10.10.1.0/24"},
			"strange": {"cidr_block": "100.64.0.0/16"},
		},
		"aws_vpc_ipv6_cidr_block_association": {"any": {"assign_generated_ipv6_cidr_block": true}},
	}}) == {
		"pass": {"aws_vpc.ours", "aws_vpc.part", "aws_vpc_ipv4_cidr_block_association.ours"},
		"fail": {
			"aws_vpc.of_prod",
			"aws_vpc.wider",
			"aws_vpc.ipv6",
			"aws_vpc.unsaid",
			"aws_vpc_ipv4_cidr_block_association.strange",
			"aws_vpc_ipv6_cidr_block_association.any",
		},
	}
}
