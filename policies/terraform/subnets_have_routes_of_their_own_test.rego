package subnets_have_routes_of_their_own_test

import data.lib.example

test_subnets_have_routes_of_their_own if {
	table := "${aws_route_table.ours.id}"
	example.verdicts("subnets_have_routes_of_their_own", {"resource": {
		"aws_subnet": {"routed": {}, "forgotten": {}, "without_table": {}},
		"aws_route_table_association": {
			"routed": {"subnet_id": "${aws_subnet.routed.id}", "route_table_id": table},
			"other": {"subnet_id": "subnet-1", "route_table_id": table},
			"without_table": {"subnet_id": "${aws_subnet.without_table.id}", "gateway_id": "igw-1", "route_table_id": "rtb-1"},
		},
		"aws_main_route_table_association": {"any": {"route_table_id": table}},
	}}) == {
		"pass": {
			"aws_subnet.routed",
			"aws_route_table_association.routed",
			"aws_route_table_association.other",
			"aws_route_table_association.without_table",
		},
		"fail": {
			"aws_subnet.forgotten",
			"aws_subnet.without_table",
			"aws_main_route_table_association.any",
		},
	}
}
