package interface_endpoints_are_private_test

import data.lib.example

test_interface_endpoints_are_private if {
	sound := {
		"vpc_endpoint_type": "Interface",
		"private_dns_enabled": true,
		"security_group_ids": ["sg-1"],
		"subnet_ids": ["subnet-1"],
	}
	example.verdicts("interface_endpoints_are_private", {"resource": {"aws_vpc_endpoint": {
		"sound": sound,
		"gateway": {"vpc_endpoint_type": "Gateway"},
		"gateway_unsaid": {},
		"public_name": object.union(sound, {"private_dns_enabled": false}),
		"default_group": object.union(sound, {"security_group_ids": []}),
		"nowhere": object.remove(sound, ["subnet_ids"]),
	}}}) == {
		"pass": {"aws_vpc_endpoint.sound", "aws_vpc_endpoint.gateway", "aws_vpc_endpoint.gateway_unsaid"},
		"fail": {"aws_vpc_endpoint.public_name", "aws_vpc_endpoint.default_group", "aws_vpc_endpoint.nowhere"},
	}
}
