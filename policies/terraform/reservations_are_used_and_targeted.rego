package main

import data.lib.terraform as tf

# METADATA
# title: Reserved capacity is for those that name it, within the ceiling, and somebody does name it
# description: >-
#   A reservation is billed from the moment it is made, used or not. An open one is taken by any instance of its type in
#   the account; one that no pool names is air at the price of GPUs.
# custom:
#   severity: medium
#   controls: [NIST 800-53 SA-2, NIST 800-53 SC-6]
#   mend: >-
#     Set instance_match_criteria = "targeted", name the reservation in a pool's launch template (`reservation` of the
#     GPU pool), and keep instance_count within `gpu_nodes` of policies/allowed.yaml.
#   types: [aws_ec2_capacity_reservation, aws_launch_template]
#   breaks:
#     - {type: aws_ec2_capacity_reservation, at: instance_match_criteria, set: open}
#     - {type: aws_ec2_capacity_reservation, remove: instance_match_criteria}
#     - {type: aws_ec2_capacity_reservation, at: instance_count, set: 100}
#     - {type: aws_launch_template, remove: capacity_reservation_specification}
#     - insert:
#         aws_ec2_capacity_reservation:
#           {instance_type: p5.48xlarge, instance_count: 1, instance_match_criteria: targeted,
#             availability_zone: eu-west-1a}
deny_compute contains tf.finding("reservations_are_used_and_targeted", reservation, reservation.values, message) if {
	some reservation in tf.of("aws_ec2_capacity_reservation")
	not used_and_targeted(reservation)
	message := "must be targeted, used, and within the ceiling"
}

used_and_targeted(reservation) if {
	reservation.values.instance_match_criteria == "targeted"
	is_number(reservation.values.instance_count)
	reservation.values.instance_count <= tf.allowed.gpu_nodes
	reservation.address in reservations_named
}

reservations_named contains reservation if {
	some template in tf.of("aws_launch_template")
	some reservation in tf.references(template, "capacity_reservation_specification")
}
