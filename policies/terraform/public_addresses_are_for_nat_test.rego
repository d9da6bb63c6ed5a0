package public_addresses_are_for_nat_test

import data.lib.example

test_public_addresses_are_for_nat if {
	example.verdicts("public_addresses_are_for_nat", {"resource": {
		"aws_subnet": {"public": {"tags": {"kubernetes.io/role/elb": "1"}}, "private": {"tags": {"Name": "private"}}},
		"aws_eip": {
			"nat": {"domain": "vpc"},
			"private_nat": {"domain": "vpc"},
			"instance": {"instance": "i-1"},
			"interface": {"network_interface": "eni-1"},
			"unused": {"domain": "vpc"},
		},
		"aws_eip_association": {"any": {"instance_id": "i-1"}},
		"aws_nat_gateway": {
			"public": {"allocation_id": "${aws_eip.nat.id}", "subnet_id": "${aws_subnet.public.id}"},
			"private": {"allocation_id": "${aws_eip.private_nat.id}", "subnet_id": "${aws_subnet.private.id}"},
			"instance": {"allocation_id": "${aws_eip.instance.id}", "subnet_id": "${aws_subnet.public.id}"},
			"interface": {"allocation_id": "${aws_eip.interface.id}", "subnet_id": "${aws_subnet.public.id}"},
			"elsewhere": {"allocation_id": "eipalloc-1", "subnet_id": "subnet-1"},
			"unsaid": {},
		},
	}}) == {
		"pass": {
			"aws_subnet.public",
			"aws_subnet.private",
			"aws_eip.nat",
			"aws_eip.private_nat",
			"aws_nat_gateway.public",
			"aws_nat_gateway.instance",
			"aws_nat_gateway.interface",
		},
		"fail": {
			"aws_eip.instance",
			"aws_eip.interface",
			"aws_eip.unused",
			"aws_eip_association.any",
			"aws_nat_gateway.private",
			"aws_nat_gateway.elsewhere",
			"aws_nat_gateway.unsaid",
		},
	}
}

change(type, name, after) := {
	"address": sprintf("%s.%s", [type, name]),
	"type": type,
	"name": name,
	"mode": "managed",
	"change": {"actions": ["no-op"], "after": after},
}

# Once applied, the address tells the gateway's interface; written down by somebody, it would be a finding.
test_a_plan_of_what_is_there if {
	changes := [
		change("aws_eip", "a", {"network_interface": "eni-1", "instance": ""}),
		change("aws_nat_gateway", "a", {"subnet_id": "subnet-1"}),
		change("aws_subnet", "a", {"tags": {"kubernetes.io/role/elb": "1"}}),
	]
	expressions := {"allocation_id": {"references": ["aws_eip.a.id"]}, "subnet_id": {"references": ["aws_subnet.a.id"]}}
	nat := {"type": "aws_nat_gateway", "name": "a", "expressions": expressions}
	said := {"type": "aws_eip", "name": "a", "expressions": {"network_interface": {"constant_value": "eni-1"}}}
	plans := [{"resource_changes": changes, "configuration": {"root_module": {"resources": written}}} |
		some written in [[nat], [nat, said]]
	]
	example.planned("public_addresses_are_for_nat", plans[0]).fail == set()
	example.planned("public_addresses_are_for_nat", plans[1]).fail == {"aws_eip.a"}
}
