package networks_are_joined_only_where_listed_test

import data.lib.example

test_networks_are_joined_only_where_listed if {
	example.verdicts("networks_are_joined_only_where_listed", {"resource": {
		"aws_vpc_peering_connection": {"listed": {"peer_vpc_id": "vpc-listed"}, "strange": {"peer_vpc_id": "vpc-1"}},
		"aws_vpc_peering_connection_accepter": {"strange": {"vpc_peering_connection_id": "pcx-1"}},
		"aws_ec2_transit_gateway_vpc_attachment": {
			"listed": {"transit_gateway_id": "tgw-listed"},
			"strange": {"transit_gateway_id": "tgw-1"},
		},
		"aws_ec2_transit_gateway": {"any": {}},
		"aws_vpn_gateway": {"any": {}},
		"aws_vpn_connection": {"any": {"customer_gateway_id": "cgw-1"}},
	}}) == {
		"pass": {"aws_vpc_peering_connection.listed", "aws_ec2_transit_gateway_vpc_attachment.listed"},
		"fail": {
			"aws_vpc_peering_connection.strange",
			"aws_vpc_peering_connection_accepter.strange",
			"aws_ec2_transit_gateway_vpc_attachment.strange",
			"aws_ec2_transit_gateway.any",
			"aws_vpn_gateway.any",
			"aws_vpn_connection.any",
		},
	}
}
