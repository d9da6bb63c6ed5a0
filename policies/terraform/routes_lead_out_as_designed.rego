package main

import data.lib.terraform as tf

# METADATA
# title: Public subnets lead to the internet, private ones through NAT, all others nowhere
# description: >-
#   A subnet is what its routes make of it. Through an internet gateway, whatever stands in it can be reached; through a
#   peering, a transit gateway or somebody's interface, traffic leaves past everything that watches. A subnet says what
#   it is by the tag that load balancers look for: kubernetes.io/role/elb, kubernetes.io/role/internal-elb, or neither.
# custom:
#   severity: high
#   controls: [NIST 800-53 SC-7, NIST 800-53 AC-4, CIS EKS v1.7 5.4.3]
#   mend: >-
#     Let infra/routing.py make the routes: an internet gateway of the same stack for subnets tagged
#     kubernetes.io/role/elb, a NAT gateway for those tagged kubernetes.io/role/internal-elb, no route for the others.
#   types: [aws_default_route_table, aws_route, aws_route_table, aws_route_table_association]
#   breaks:
#     - {type: aws_route, at: gateway_id, set: igw-1}
#     - {type: aws_route, at: nat_gateway_id, set: nat-1}
#     - {type: aws_route, at: vpc_peering_connection_id, set: pcx-1}
#     - {type: aws_route, at: transit_gateway_id, set: tgw-1}
#     - {type: aws_route, at: route_table_id, set: "${aws_route_table.network_intra-routes_9F300497.id}"}
#     - {type: aws_route_table, at: route, set: [{cidr_block: 0.0.0.0/0, gateway_id: igw-1}]}
#     - insert: {aws_route: {route_table_id: rtb-1, destination_cidr_block: 0.0.0.0/0, network_interface_id: eni-1}}
#     - insert: {aws_default_route_table: {default_route_table_id: rtb-1, route: [{cidr_block: 0.0.0.0/0,
#         gateway_id: igw-1}]}}
deny_network contains tf.finding("routes_lead_out_as_designed", route.resource, route.targets, message) if {
	some route in routes_written
	not way_out(route)
	message := "must lead to one gateway made here"
}

deny_network contains tf.finding("routes_lead_out_as_designed", route.resource, subnet.address, message) if {
	some route in routes_written
	some table in route.tables
	some subnet in subnets_by_table[table]
	not way_out(route) in ways_out_of(subnet)
	message := "must not lead out of this subnet"
}

routes_written contains {
	"resource": route,
	"targets": targets_of(route.values),
	"tables": tf.references(route, "route_table_id"),
	"says": says,
} if {
	some route in tf.of("aws_route")
	says := {target: tf.references(route, target) | some target in ["gateway_id", "nat_gateway_id"]}
}

routes_written contains {"resource": table, "targets": targets_of(route), "tables": {table.address}, "says": says} if {
	some type in ["aws_default_route_table", "aws_route_table"]
	some table in tf.of(type)
	some route in tf.blocks(table.values, "route")
	says := {target: tf.references(table, "route") | some target in ["gateway_id", "nat_gateway_id"]}
}

targets_of(values) := {name: value |
	some name, value in values
	regex.match(`(gateway|connection|interface|endpoint|instance)_id$|_arn$`, name)
	not value in {null, "", "${known after apply}"}
}

# "internet" or "nat"; undefined for everything else.
way_out(route) := "internet" if leads_only_to(route, "gateway_id", "aws_internet_gateway.")

way_out(route) := "nat" if leads_only_to(route, "nat_gateway_id", "aws_nat_gateway.")

leads_only_to(route, target, made_here) if {
	object.keys(route.targets) == {target}
	not named_by_hand(route.targets[target])
	some address in route.says[target]
	startswith(address, made_here)
}

named_by_hand(id) if {
	tf.configuration
	not tf.is_reference(id)
}

subnets_by_table[table] contains tf.of("aws_subnet")[subnet] if {
	some association in tf.of("aws_route_table_association")
	some table in tf.references(association, "route_table_id")
	some subnet in tf.references(association, "subnet_id")
}

ways_out_of(subnet) := {"internet"} if subnet.values.tags["kubernetes.io/role/elb"]

else := {"nat"} if subnet.values.tags["kubernetes.io/role/internal-elb"]

else := set()
