package main

import data.lib.terraform as tf

# METADATA
# title: Nodes have no public address, and wear security groups that say who reaches them
# description: >-
#   A node with a public address stands outside with everything that runs on it. One that names no group wears the VPC's
#   default one, which is closed here and anything elsewhere.
# custom:
#   severity: high
#   controls: [CIS EKS v1.7 5.4.3, AWS FSBP EC2.9, AWS FSBP EC2.25, NIST 800-53 SC-7]
#   mend: >-
#     Leave associate_public_ip_address out of network_interfaces, and name security groups for the template or for each
#     of its interfaces (infra/launch_template.py).
#   types: [aws_instance, aws_launch_template]
#   breaks:
#     - {type: aws_launch_template, at: network_interfaces, set: [{associate_public_ip_address: "true",
#         security_groups: [sg-1]}]}
#     - {type: aws_launch_template, at: network_interfaces.0.associate_public_ip_address, set: "true"}
#     - {type: aws_launch_template, at: network_interfaces.0.security_groups, remove: true}
#     - {type: aws_launch_template, remove: vpc_security_group_ids}
#     - insert: {aws_instance: {ami: ami-1, instance_type: m7i.large}}
#     - insert: {aws_instance: {ami: ami-1, instance_type: m7i.large, associate_public_ip_address: true}}
deny_compute contains tf.finding("nodes_have_no_public_address", template, interfaces, message) if {
	some template in tf.of("aws_launch_template")
	interfaces := tf.blocks(template.values, "network_interfaces")
	not private_template(template.values, interfaces)
	message := "must give no public address, and name groups"
}

deny_compute contains tf.finding("nodes_have_no_public_address", instance, said, message) if {
	some instance in tf.of("aws_instance")
	said := object.get(instance.values, "associate_public_ip_address", null)
	not said in {false, "false"}
	message := "must be said to have no public address"
}

private_template(values, []) if count(values.vpc_security_group_ids) > 0

private_template(_, interfaces) if {
	count(interfaces) > 0
	every interface in interfaces {
		not tf.yes(object.get(interface, "associate_public_ip_address", false))
		not tf.is_reference(object.get(interface, "associate_public_ip_address", false))
		count(interface.security_groups) > 0
	}
}
