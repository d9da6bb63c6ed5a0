package main

import data.lib.terraform as tf

# METADATA
# title: Nodes with Elastic Fabric Adapters stand together
# description: >-
#   Thirty-two network cards are paid for so that GPUs wait little for each other. Spread over a zone, they wait all the
#   same: a job takes longer, at the same price an hour. A capacity block was placed when it was bought.
# custom:
#   severity: low
#   controls: [NIST 800-53 SC-6, NIST 800-53 SA-2]
#   mend: >-
#     Name a placement group with strategy "cluster" in `placement` of the launch template (infra/efa.py), unless its
#     market type is capacity-block.
#   types: [aws_launch_template, aws_placement_group]
#   breaks:
#     - {type: aws_launch_template, remove: placement}
#     - {type: aws_launch_template, at: placement.group_name, set: elsewhere}
#     - {type: aws_placement_group, at: strategy, set: spread}
#     - {type: aws_placement_group, drop: true}
deny_compute contains tf.finding("fabric_nodes_stand_together", template, place, message) if {
	some template in tf.of("aws_launch_template")
	some interface in tf.blocks(template.values, "network_interfaces")
	startswith(object.get(interface, "interface_type", ""), "efa")
	place := tf.block(template.values, "placement")
	not stand_together(template)
	message := "must stand in a cluster placement group"
}

stand_together(template) if {
	some group in tf.references(template, "placement")
	tf.of("aws_placement_group")[group].values.strategy == "cluster"
}

stand_together(template) if {
	tf.at(template.values, ["instance_market_options", "market_type"], null) == "capacity-block"
}
