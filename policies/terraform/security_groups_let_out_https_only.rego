package main

import data.lib.ours
import data.lib.security_groups
import data.lib.terraform as tf

# METADATA
# title: Security groups let nothing but HTTPS out of the environment's own network
# description: >-
#   What is stolen must get out. HTTPS reaches AWS and the registries; mail, SSH, DNS of one's own and everything else
#   have no business outside, and would carry data past every endpoint policy. IPv6 goes nowhere at all.
# custom:
#   severity: high
#   controls: [NIST 800-53 SC-7, NIST 800-53 AC-4, NIST 800-53 CM-7]
#   mend: >-
#     Name the security group, or addresses within `networks` of policies/allowed.yaml; outside of them, ip_protocol
#     "tcp" and port 443 alone (infra/workload_group.py).
#   types: [aws_default_security_group, aws_security_group, aws_security_group_rule, aws_vpc_security_group_egress_rule]
#   breaks:
#     - insert: {aws_vpc_security_group_egress_rule: {security_group_id: sg-1, cidr_ipv4: 0.0.0.0/0, ip_protocol: "-1"}}
#     - insert:
#         aws_vpc_security_group_egress_rule:
#           {security_group_id: sg-1, cidr_ipv4: 203.0.113.7/32, ip_protocol: tcp, from_port: 22, to_port: 22}
#     - insert:
#         aws_security_group_rule:
#           {type: egress, security_group_id: sg-1, cidr_blocks: [0.0.0.0/0], protocol: udp,
#             from_port: 443, to_port: 443}
#     - {type: aws_vpc_security_group_egress_rule, at: cidr_ipv6, set: "::/0"}
#     - {type: aws_security_group, at: egress, set: [{cidr_blocks: [0.0.0.0/0], protocol: "-1", from_port: 0,
#         to_port: 0}]}
deny_network contains tf.finding("security_groups_let_out_https_only", way.resource, cidr, message) if {
	some way in security_groups.ways_out
	some cidr in way.cidrs
	not goes_out_soundly(way, cidr)
	message := "must let HTTPS alone out to these"
}

goes_out_soundly(_, cidr) if ours.is_network(cidr)

goes_out_soundly(way, cidr) if {
	not contains(cidr, ":")
	lower(way.protocol) in {"tcp", "6"}
	way.from == 443
	way.to == 443
}
