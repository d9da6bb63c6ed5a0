package main

import data.lib.ours
import data.lib.terraform as tf

# METADATA
# title: A VPC has the addresses that security gave to its environment, and no public ones
# description: >-
#   Rules that let "the network" in are only as narrow as the network. Addresses of another environment, or of an
#   office, would make two networks look like one on the day that they are joined.
# custom:
#   severity: medium
#   controls: [NIST 800-53 SC-7, NIST 800-53 CM-6]
#   mend: Take the environment's `cidr` from `networks` of policies/allowed.yaml, or have security add it there.
#   types: [aws_vpc, aws_vpc_ipv4_cidr_block_association, aws_vpc_ipv6_cidr_block_association]
#   breaks:
#     - {type: aws_vpc, at: cidr_block, set: 10.99.0.0/16}
#     - {type: aws_vpc, at: cidr_block, set: 10.0.0.0/8}
#     - {type: aws_vpc, at: assign_generated_ipv6_cidr_block, set: true}
#     - {type: aws_vpc, remove: cidr_block}
#     - insert: {aws_vpc_ipv4_cidr_block_association: {vpc_id: vpc-1, cidr_block: 100.64.0.0/16}}
#     - insert: {aws_vpc_ipv6_cidr_block_association: {vpc_id: vpc-1, assign_generated_ipv6_cidr_block: true}}
deny_network contains tf.finding("networks_have_their_own_addresses", vpc, cidr, message) if {
	some type in ["aws_vpc", "aws_vpc_ipv4_cidr_block_association"]
	some vpc in tf.of(type)
	cidr := object.get(vpc.values, "cidr_block", "")
	not ours.is_network(cidr)
	message := "must have addresses of its environment"
}

deny_network contains tf.finding("networks_have_their_own_addresses", vpc, given, "must have no IPv6 addresses") if {
	some vpc in tf.of("aws_vpc")
	given := object.get(vpc.values, "assign_generated_ipv6_cidr_block", false)
	not given in {false, "false", null}
}

deny_network contains tf.finding("networks_have_their_own_addresses", given, given.type, message) if {
	some given in tf.of("aws_vpc_ipv6_cidr_block_association")
	message := "must have no IPv6 addresses"
}
