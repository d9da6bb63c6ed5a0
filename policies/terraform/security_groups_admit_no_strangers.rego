package main

import data.lib.ours
import data.lib.security_groups
import data.lib.terraform as tf

# METADATA
# title: Security groups let nobody in from outside the environment's own network
# description: >-
#   What an address of the internet reaches, everybody on it may try; what another network reaches was never reviewed
#   here. Nothing of the platform serves the outside, so no rule needs an address that policies/allowed.yaml does not
#   give to the environment. A list of prefixes is only as good as what it lists, so it must be one made here.
# custom:
#   severity: critical
#   controls:
#     - CIS AWS v3.0 5.2
#     - CIS AWS v3.0 5.3
#     - AWS FSBP EC2.18
#     - AWS FSBP EC2.19
#     - NIST 800-53 SC-7
#     - NIST 800-53 AC-4
#   mend: >-
#     Name the security group that may come in (referenced_security_group_id), or addresses within `networks` of
#     policies/allowed.yaml.
#   types:
#     - aws_default_security_group
#     - aws_ec2_managed_prefix_list
#     - aws_ec2_managed_prefix_list_entry
#     - aws_security_group
#     - aws_security_group_rule
#     - aws_vpc_security_group_ingress_rule
#   breaks:
#     - {type: aws_vpc_security_group_ingress_rule, at: cidr_ipv4, set: 0.0.0.0/0}
#     - {type: aws_vpc_security_group_ingress_rule, at: cidr_ipv4, set: 10.0.0.0/8}
#     - {type: aws_vpc_security_group_ingress_rule, at: cidr_ipv6, set: "::/0"}
#     - {type: aws_vpc_security_group_ingress_rule, at: prefix_list_id, set: pl-4fa04526}
#     - {type: aws_security_group, at: ingress, set: [{cidr_blocks: [0.0.0.0/0], protocol: tcp, from_port: 443,
#         to_port: 443}]}
#     - insert:
#         aws_security_group_rule:
#           {type: ingress, security_group_id: sg-1, cidr_blocks: [203.0.113.0/24], protocol: tcp,
#             from_port: 443, to_port: 443}
#     - insert:
#         aws_ec2_managed_prefix_list: {name: x, address_family: IPv4, max_entries: 1, entry: [{cidr: 0.0.0.0/0}]}
deny_network contains tf.finding("security_groups_admit_no_strangers", way.resource, cidr, message) if {
	some way in security_groups.ways_in
	some cidr in way.cidrs
	not ours.is_network(cidr)
	message := "must not let these addresses in"
}

deny_network contains tf.finding("security_groups_admit_no_strangers", way.resource, list, message) if {
	some way in security_groups.ways_in
	some list in way.lists
	not listed_here(list, way.resource)
	message := "must not let an unknown list in"
}

deny_network contains tf.finding("security_groups_admit_no_strangers", list, cidr, "must not list these addresses") if {
	some type in ["aws_ec2_managed_prefix_list", "aws_ec2_managed_prefix_list_entry"]
	some list in tf.of(type)
	some entry in array.concat([list.values], tf.blocks(list.values, "entry"))
	cidr := entry.cidr
	not ours.is_network(cidr)
}

listed_here(list, _) if startswith(list, "${aws_ec2_managed_prefix_list.")

listed_here(_, resource) if {
	tf.plan
	some address in (tf.references(resource, "prefix_list_id") | tf.references(resource, "prefix_list_ids"))
	startswith(address, "aws_ec2_managed_prefix_list.")
}
