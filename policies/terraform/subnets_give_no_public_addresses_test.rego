package subnets_give_no_public_addresses_test

import data.lib.example

test_subnets_give_no_public_addresses if {
	example.verdicts("subnets_give_no_public_addresses", {"resource": {
		"aws_subnet": {
			"private": {"map_public_ip_on_launch": false},
			"public": {"map_public_ip_on_launch": true},
			"public_ipv6": {"map_public_ip_on_launch": false, "assign_ipv6_address_on_creation": true},
			"unsaid": {},
		},
		"aws_default_subnet": {"any": {}},
		"aws_default_vpc": {"any": {}},
	}}) == {
		"pass": {"aws_subnet.private"},
		"fail": {
			"aws_subnet.public",
			"aws_subnet.public_ipv6",
			"aws_subnet.unsaid",
			"aws_default_subnet.any",
			"aws_default_vpc.any",
		},
	}
}
