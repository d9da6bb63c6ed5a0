package main

import data.lib.terraform as tf

# METADATA
# title: Networks are joined to those only that policies/allowed.yaml lists
# description: >-
#   A peering or a transit gateway makes another network's breach ours, and ours theirs. dev and prod share nothing:
#   what is to be joined is decided by security, not by who writes the stack.
# custom:
#   severity: high
#   controls: [AWS FSBP EC2.23, NIST 800-53 CA-3, NIST 800-53 SC-7]
#   mend: Have security list the other VPC or transit gateway under the environment's `joined` in policies/allowed.yaml.
#   types:
#     - aws_ec2_transit_gateway
#     - aws_ec2_transit_gateway_vpc_attachment
#     - aws_vpc_peering_connection
#     - aws_vpc_peering_connection_accepter
#     - aws_vpn_connection
#     - aws_vpn_gateway
#   breaks:
#     - insert: {aws_vpc_peering_connection: {vpc_id: vpc-1, peer_vpc_id: vpc-2, auto_accept: true}}
#     - insert: {aws_vpc_peering_connection_accepter: {vpc_peering_connection_id: pcx-1, auto_accept: true}}
#     - insert: {aws_ec2_transit_gateway_vpc_attachment: {transit_gateway_id: tgw-1, vpc_id: vpc-1,
#         subnet_ids: [subnet-1]}}
#     - insert: {aws_ec2_transit_gateway: {auto_accept_shared_attachments: enable}}
#     - insert: {aws_vpn_gateway: {vpc_id: vpc-1}}
#     - insert: {aws_vpn_connection: {customer_gateway_id: cgw-1, type: ipsec.1}}
deny_network contains tf.finding("networks_are_joined_only_where_listed", join, other, message) if {
	some type, attribute in {
		"aws_ec2_transit_gateway": "id",
		"aws_ec2_transit_gateway_vpc_attachment": "transit_gateway_id",
		"aws_vpc_peering_connection": "peer_vpc_id",
		"aws_vpc_peering_connection_accepter": "vpc_peering_connection_id",
		"aws_vpn_connection": "transit_gateway_id",
		"aws_vpn_gateway": "id",
	}
	some join in tf.of(type)
	other := object.get(join.values, attribute, null)
	not other in object.get(tf.allowed, "joined", [])
	message := "must join what is listed, or nothing"
}
