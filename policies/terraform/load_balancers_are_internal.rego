package main

import data.lib.terraform as tf

# METADATA
# title: Load balancers are internal
# description: >-
#   Models are asked from inside the network. A load balancer that is not said to be internal gets public addresses, and
#   a model server that anybody may ask can be copied by asking it.
# custom:
#   severity: high
#   controls: [NIST 800-53 SC-7, NIST 800-53 AC-4]
#   mend: Set internal = true.
#   types: [aws_alb, aws_elb, aws_lb]
#   breaks:
#     - insert: {aws_lb: {name: x, load_balancer_type: application, internal: false}}
#     - insert: {aws_lb: {name: x, load_balancer_type: network}}
#     - insert: {aws_alb: {name: x}}
#     - insert: {aws_elb: {name: x}}
deny_network contains tf.finding("load_balancers_are_internal", balancer, internal, "must be internal") if {
	some type in ["aws_alb", "aws_elb", "aws_lb"]
	some balancer in tf.of(type)
	internal := object.get(balancer.values, "internal", null)
	not tf.yes(internal)
}
