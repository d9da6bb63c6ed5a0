package main

import data.lib.terraform as tf

# METADATA
# title: Instances answer version 2 of the metadata service only, and not from containers
# description: >-
#   Version 1 hands a node's credentials to whoever can make the node fetch an address (SSRF). A hop limit of one keeps
#   the answer on the node, so that a pod cannot read it either.
# custom:
#   severity: high
#   controls: [CIS AWS v3.0 5.6, AWS FSBP EC2.8, AWS FSBP EC2.170, NIST 800-53 AC-6]
#   mend: Set http_tokens = "required" and http_put_response_hop_limit = 1 in metadata_options.
#   types: [aws_launch_template, aws_ec2_instance_metadata_defaults]
#   breaks:
#     - {type: aws_launch_template, remove: metadata_options}
#     - {type: aws_launch_template, at: metadata_options.http_tokens, set: optional}
#     - {type: aws_launch_template, at: metadata_options.http_put_response_hop_limit, set: 2}
#     - {type: aws_ec2_instance_metadata_defaults, at: http_tokens, set: optional}
deny_compute contains tf.finding("instances_use_imdsv2", template, options, message) if {
	some template in tf.of("aws_launch_template")
	options := tf.block(template.values, "metadata_options")
	not strict(options)
	message := "must require version 2 within one hop"
}

deny_compute contains tf.finding("instances_use_imdsv2", defaults, defaults.values, message) if {
	some defaults in tf.of("aws_ec2_instance_metadata_defaults")
	not strict(defaults.values)
	message := "must require version 2 within one hop"
}

strict(options) if {
	options.http_tokens == "required"
	options.http_put_response_hop_limit == 1
}
