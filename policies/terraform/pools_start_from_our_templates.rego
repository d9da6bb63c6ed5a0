package main

import data.lib.pools
import data.lib.terraform as tf

# METADATA
# title: Every node pool starts its nodes from a launch template of the same stack
# description: >-
#   Without a template of ours EKS makes one: no encrypted disk, no cost tags on instances and volumes, the old metadata
#   service. One made elsewhere is judged by nobody here.
# custom:
#   severity: high
#   controls: [NIST 800-53 CM-2, NIST 800-53 CM-6]
#   mend: Make the pool with infra/nodes.py, whose launch_template names the template by reference.
#   types: [aws_eks_node_group]
#   breaks:
#     - {type: aws_eks_node_group, remove: launch_template}
#     - {type: aws_eks_node_group, at: launch_template, set: {id: lt-1, version: "1"}}
#     - {type: aws_eks_node_group, at: launch_template, set: {name: elsewhere, version: $Latest}}
deny_compute contains tf.finding("pools_start_from_our_templates", pool, named, message) if {
	some pool in pools.all
	named := object.get(pool.values, "launch_template", null)
	count(pools.templates(pool)) != 1
	message := "must start from a launch template made here"
}
