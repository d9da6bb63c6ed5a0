package main

import data.lib.security_groups
import data.lib.terraform as tf

# METADATA
# title: No security group opens SSH or Remote Desktop
# description: >-
#   Nobody logs in to a node: nodes are replaced, and looked into through Kubernetes or Systems Manager, which ask who
#   it is and keep a record. An open port needs a key somewhere, and is what a worm tries first.
# custom:
#   severity: high
#   controls: [CIS AWS v3.0 5.2, CIS AWS v3.0 5.3, AWS FSBP EC2.19, NIST 800-53 AC-17, NIST 800-53 CM-7]
#   mend: >-
#     Leave ports 22 and 3389 out of the range. Between groups high ports (from 1024) may be open as a whole, and
#     everything within one group.
#   types:
#     - aws_default_security_group
#     - aws_security_group
#     - aws_security_group_rule
#     - aws_vpc_security_group_ingress_rule
#   breaks:
#     - insert:
#         aws_vpc_security_group_ingress_rule:
#           {security_group_id: sg-1, referenced_security_group_id: sg-2, ip_protocol: tcp, from_port: 22, to_port: 22}
#     - insert:
#         aws_security_group_rule:
#           {type: ingress, security_group_id: sg-1, cidr_blocks: [10.10.0.0/16], protocol: tcp,
#             from_port: 0, to_port: 4000}
#     - {type: aws_vpc_security_group_ingress_rule, at: ip_protocol, set: "-1"}
#     - {type: aws_security_group, at: ingress, set: [{cidr_blocks: [10.10.0.0/16], protocol: tcp, from_port: 3389,
#         to_port: 3389}]}
#     - {type: aws_security_group, at: ingress, set: [{security_groups: [sg-2], protocol: "-1", from_port: 0,
#         to_port: 0}]}
deny_network contains tf.finding("security_groups_open_no_administration", way.resource, port, message) if {
	some way in security_groups.ways_in
	some port in ports_closed_to(way)
	security_groups.covers(way, port)
	message := "must not open this port"
}

# Addresses could be anybody's. Groups may reach each other's high ports, where servers are, and 3389 is one of those.
ports_closed_to(way) := {22, 3389} if count(way.cidrs | way.lists) > 0

ports_closed_to(way) := {22} if {
	count(way.cidrs | way.lists) == 0
	count(way.groups - way.itself) > 0
}
