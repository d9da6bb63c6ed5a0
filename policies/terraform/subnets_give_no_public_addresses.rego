package main

import data.lib.terraform as tf

# METADATA
# title: No subnet gives public addresses to what starts in it
# description: >-
#   A public address on an instance is one wrong security group away from the internet. What must be reached from there
#   gets its address on purpose; IPv6 addresses are public by nature. The default VPC of an account hands them out.
# custom:
#   severity: high
#   controls: [AWS FSBP EC2.15, AWS FSBP EC2.9, NIST 800-53 SC-7]
#   mend: Set map_public_ip_on_launch = false and leave IPv6 out; infra/network.py does. Use no default VPC or subnet.
#   types: [aws_default_subnet, aws_default_vpc, aws_subnet]
#   breaks:
#     - {type: aws_subnet, at: map_public_ip_on_launch, set: true}
#     - {type: aws_subnet, remove: map_public_ip_on_launch}
#     - {type: aws_subnet, at: assign_ipv6_address_on_creation, set: true}
#     - insert: {aws_default_subnet: {availability_zone: eu-west-1a}}
#     - insert: {aws_default_vpc: {enable_dns_support: true}}
deny_network contains tf.finding("subnets_give_no_public_addresses", subnet, given, message) if {
	some subnet in tf.of("aws_subnet")
	given := {
		"map_public_ip_on_launch": object.get(subnet.values, "map_public_ip_on_launch", null),
		"assign_ipv6_address_on_creation": object.get(subnet.values, "assign_ipv6_address_on_creation", false),
	}
	not gives_no_address(given)
	message := "must give no public addresses"
}

deny_network contains tf.finding("subnets_give_no_public_addresses", made, made.type, "must not be used at all") if {
	some type in ["aws_default_subnet", "aws_default_vpc"]
	some made in tf.of(type)
}

gives_no_address(given) if {
	given.map_public_ip_on_launch in {false, "false"}
	given.assign_ipv6_address_on_creation in {false, "false", null}
}
