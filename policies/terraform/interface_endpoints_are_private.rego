package main

import data.lib.terraform as tf

# METADATA
# title: Interface endpoints answer under the service's own name, behind a security group of ours
# description: >-
#   Without private DNS, programs ask for the service's usual name and go through NAT and the internet as if the
#   endpoint were not there. Without a group of its own, the endpoint takes the default one.
# custom:
#   severity: medium
#   controls: [NIST 800-53 SC-7, NIST 800-53 AC-4]
#   mend: Set private_dns_enabled = true, security_group_ids and subnet_ids; infra/endpoints.py does.
#   types: [aws_vpc_endpoint]
#   breaks:
#     - {type: aws_vpc_endpoint, remove: private_dns_enabled}
#     - {type: aws_vpc_endpoint, remove: security_group_ids}
#     - {type: aws_vpc_endpoint, remove: subnet_ids}
#     - {type: aws_vpc_endpoint, at: security_group_ids.0, remove: true}
#     - insert: {aws_vpc_endpoint: {vpc_endpoint_type: Interface, private_dns_enabled: false,
#         security_group_ids: [sg-1], subnet_ids: [subnet-1]}}
deny_network contains tf.finding("interface_endpoints_are_private", endpoint, lacking, message) if {
	some endpoint in tf.of("aws_vpc_endpoint")
	endpoint.values.vpc_endpoint_type == "Interface"
	lacking := {need | some need in endpoint_needs} - endpoint_has(endpoint.values)
	count(lacking) > 0
	message := "must have a private name, groups and subnets"
}

endpoint_needs := {"private_dns_enabled", "security_group_ids", "subnet_ids"}

endpoint_has(values) := {need | some need in endpoint_needs; endpoint_has_need(values[need])}

endpoint_has_need(value) if tf.yes(value)

endpoint_has_need(value) if {
	is_array(value)
	count(value) > 0
}
