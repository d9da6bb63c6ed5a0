package main

import data.lib.terraform as tf

# METADATA
# title: Every subnet has a route table of its own, so that the VPC's main table decides for nobody
# description: >-
#   A subnet that names no table takes the main one, and with it every route that anybody ever adds there: a private
#   subnet becomes a public one without having been touched.
# custom:
#   severity: medium
#   controls: [NIST 800-53 SC-7, NIST 800-53 AC-4]
#   mend: Give the subnet an aws_route_table_association; infra/routing.py makes one for each.
#   types: [aws_main_route_table_association, aws_route_table_association, aws_subnet]
#   breaks:
#     - {type: aws_route_table_association, drop: true}
#     - {type: aws_route_table_association, at: subnet_id, set: subnet-elsewhere}
#     - {type: aws_route_table_association, remove: route_table_id}
#     - insert: {aws_main_route_table_association: {vpc_id: vpc-1, route_table_id: rtb-1}}
deny_network contains tf.finding("subnets_have_routes_of_their_own", subnet, null, message) if {
	some subnet in tf.of("aws_subnet")
	not subnet.address in subnets_with_routes
	message := "must have a route table of its own"
}

deny_network contains tf.finding("subnets_have_routes_of_their_own", main, main.type, message) if {
	some main in tf.of("aws_main_route_table_association")
	message := "must not make a table everybody's"
}

subnets_with_routes contains subnet if {
	some association in tf.of("aws_route_table_association")
	some subnet in tf.references(association, "subnet_id")
	count(tf.references(association, "route_table_id")) > 0
}
