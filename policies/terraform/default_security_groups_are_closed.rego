package main

import data.lib.terraform as tf

# METADATA
# title: The default security group of every VPC lets nothing in and nothing out
# description: >-
#   Whatever names no group gets this one. As AWS makes it, its members reach each other and everything outside; closed,
#   what forgot its group cannot talk to anybody, and is noticed.
# custom:
#   severity: high
#   controls: [CIS AWS v3.0 5.4, AWS FSBP EC2.2, NIST 800-53 SC-7, NIST 800-53 AC-4]
#   mend: >-
#     Make the VPC with infra/network.py, or give it an aws_default_security_group with `ingress = []` and `egress =
#     []`.
#   types: [aws_default_security_group, aws_vpc]
#   breaks:
#     - {type: aws_default_security_group, drop: true}
#     - {type: aws_default_security_group, at: vpc_id, set: vpc-elsewhere}
#     - {type: aws_default_security_group, remove: ingress}
#     - {type: aws_default_security_group, at: ingress, set: [{self: true, protocol: "-1", from_port: 0, to_port: 0}]}
#     - {type: aws_default_security_group, at: egress, set: [{cidr_blocks: [0.0.0.0/0], protocol: "-1", from_port: 0,
#         to_port: 0}]}
deny_network contains tf.finding("default_security_groups_are_closed", vpc, null, message) if {
	some vpc in tf.of("aws_vpc")
	not vpc.address in networks_with_default_group
	message := "must have its default security group closed"
}

deny_network contains tf.finding("default_security_groups_are_closed", group, open, message) if {
	some group in tf.of("aws_default_security_group")
	open := [direction | some direction in ["ingress", "egress"]; object.get(group.values, direction, null) != []]
	open != []
	message := "must have neither ingress nor egress"
}

networks_with_default_group contains vpc if {
	some group in tf.of("aws_default_security_group")
	some vpc in tf.references(group, "vpc_id")
}
