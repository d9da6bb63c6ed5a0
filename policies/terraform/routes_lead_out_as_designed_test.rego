package routes_lead_out_as_designed_test

import data.lib.example

rule := "routes_lead_out_as_designed"

internet := "${aws_internet_gateway.ours.id}"

nat := "${aws_nat_gateway.ours.id}"

network := {
	"aws_subnet": {
		"public": {"tags": {"kubernetes.io/role/elb": "1"}},
		"private": {"tags": {"kubernetes.io/role/internal-elb": "1"}},
		"intra": {"tags": {"Name": "intra"}},
	},
	"aws_route_table_association": {kind: {"subnet_id": subnet, "route_table_id": table} |
		some kind in ["public", "private", "intra"]
		subnet := sprintf("${aws_subnet.%s.id}", [kind])
		table := sprintf("${aws_route_table.%s.id}", [kind])
	},
}

failing(resources) := example.verdicts(rule, {"resource": object.union(network, resources)}).fail

route(kind, values) := object.union({"route_table_id": sprintf("${aws_route_table.%s.id}", [kind])}, values)

test_each_subnet_has_its_way_out if {
	failing({"aws_route": {
		"public": route("public", {"gateway_id": internet}),
		"private": route("private", {"nat_gateway_id": nat, "gateway_id": null}),
	}}) == set()
	failing({"aws_route": {
		"public_through_nat": route("public", {"nat_gateway_id": nat}),
		"private_to_the_internet": route("private", {"gateway_id": internet}),
		"intra_to_the_internet": route("intra", {"gateway_id": internet}),
		"intra_through_nat": route("intra", {"nat_gateway_id": nat}),
	}}) == {
		"aws_route.public_through_nat",
		"aws_route.private_to_the_internet",
		"aws_route.intra_to_the_internet",
		"aws_route.intra_through_nat",
	}
}

test_targets_are_ours if {
	failing({"aws_route": {
		"peering": route("private", {"vpc_peering_connection_id": "pcx-1"}),
		"transit": route("private", {"transit_gateway_id": "tgw-1"}),
		"interface": route("private", {"network_interface_id": "eni-1"}),
		"network": route("private", {"core_network_arn": "arn:aws:networkmanager::1:core-network/a"}),
		"two": route("private", {"nat_gateway_id": nat, "gateway_id": internet}),
		"other_nat": route("private", {"nat_gateway_id": "nat-1"}),
		"other_internet": route("public", {"gateway_id": "igw-1"}),
		"nowhere": route("private", {}),
	}}) == {
		"aws_route.peering",
		"aws_route.transit",
		"aws_route.interface",
		"aws_route.network",
		"aws_route.two",
		"aws_route.other_nat",
		"aws_route.other_internet",
		"aws_route.nowhere",
	}
}

test_routes_within_tables if {
	failing({
		"aws_route_table": {
			"public": {"route": [{"cidr_block": "0.0.0.0/0", "gateway_id": internet}]},
			"private": {"route": {"cidr_block": "0.0.0.0/0", "gateway_id": internet}},
			"intra": {"route": []},
		},
		"aws_default_route_table": {
			"empty": {"route": []},
			"main": {"route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}]},
		},
	}) == {"aws_route_table.private", "aws_default_route_table.main"}
}
