package main

import data.lib.terraform as tf

# METADATA
# title: Public addresses belong to NAT gateways, and those stand in public subnets
# description: >-
#   An address on an instance or an interface is a way in that no review of subnets and routes would show. One that
#   nothing uses is paid for all the same, and waits to be attached.
# custom:
#   severity: high
#   controls: [AWS FSBP EC2.9, AWS Security Hub EC2.12, NIST 800-53 SC-7]
#   mend: >-
#     Let infra/routing.py make addresses together with their NAT gateways, in subnets tagged kubernetes.io/role/elb.
#     Reach everything else through the network.
#   types: [aws_eip, aws_eip_association, aws_nat_gateway]
#   breaks:
#     - {type: aws_nat_gateway, drop: true}
#     - {type: aws_nat_gateway, at: allocation_id, set: eipalloc-1}
#     - {type: aws_nat_gateway, at: subnet_id, set: subnet-1}
#     - {type: aws_eip, at: instance, set: i-1}
#     - {type: aws_eip, at: network_interface, set: eni-1}
#     - insert: {aws_eip: {domain: vpc}}
#     - insert: {aws_eip_association: {allocation_id: eipalloc-1, instance_id: i-1}}
deny_network contains tf.finding("public_addresses_are_for_nat", address, null, message) if {
	some address in tf.of("aws_eip")
	not address_of_nat(address)
	message := "must be the address of a NAT gateway"
}

deny_network contains tf.finding("public_addresses_are_for_nat", association, association.values, message) if {
	some association in tf.of("aws_eip_association")
	message := "must not give anything an address"
}

deny_network contains tf.finding("public_addresses_are_for_nat", nat, subnet, "must stand in a public subnet") if {
	some nat in tf.of("aws_nat_gateway")
	subnet := object.get(nat.values, "subnet_id", null)
	not stands_in_public_subnet(nat)
}

address_of_nat(address) if {
	address.address in {used | some nat in tf.of("aws_nat_gateway"); some used in tf.references(nat, "allocation_id")}
	every attribute in ["instance", "network_interface"] {
		not attached_by(address, attribute)
	}
}

# A plan of what is there already tells the interface that AWS made for the gateway, which nobody wrote.
attached_by(address, attribute) if {
	not address.values[attribute] in {null, ""}
	eip_says(address, attribute)
}

eip_says(_, _) if tf.configuration

eip_says(address, attribute) if address.expressions[attribute]

stands_in_public_subnet(nat) if {
	some subnet in tf.references(nat, "subnet_id")
	tf.of("aws_subnet")[subnet].values.tags["kubernetes.io/role/elb"]
}
