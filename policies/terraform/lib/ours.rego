# What belongs to the environment that a stack is of: its addresses and its principals.
package lib.ours

import data.lib.terraform as tf

# Addresses that policies/allowed.yaml gives to the environment.
is_network(cidr) if {
	is_string(cidr)
	regex.match(`^[\d.]+/\d+$`, cidr)
	some network in tf.allowed.networks
	net.cidr_contains(network, cidr)
}

# The VPC's own addresses, as the VPC tells them.
is_network(cidr) if {
	tf.is_reference(cidr)
	regex.match(`^\$\{(data\.terraform_remote_state\.[^}]*)?aws_vpc[^}]*cidr_block\}$`, cidr)
}

# A role or user of the environment's account, or one that a stack makes.
is_principal(arn) if tf.is_reference(arn)

is_principal(arn) if {
	is_string(arn)
	some account in tf.allowed.accounts
	regex.match(sprintf(`^arn:aws[\w-]*:iam::%s:(role|user)/`, [account]), arn)
}
