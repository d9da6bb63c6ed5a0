package main

import data.lib.pools
import data.lib.terraform as tf

# METADATA
# title: Nodes are labelled with their pool, and with the accelerator that they carry
# description: >-
#   By these labels workloads choose a pool, costs are split by pool, and admission policies know a GPU node. A pod that
#   asks for an A100 by label must not find an A10G.
# custom:
#   severity: medium
#   controls: [NIST 800-53 CM-8]
#   mend: >-
#     Set the labels groundway.dev/pool to the pool's name and, for accelerators, groundway.dev/accelerator and
#     groundway.dev/accelerator-count (infra/nodes.py, infra/sharing.py).
#   types: [aws_eks_node_group]
#   breaks:
#     - {type: aws_eks_node_group, remove: labels}
#     - {type: aws_eks_node_group, at: labels, set: {groundway.dev/pool: elsewhere}}
#     - {type: aws_eks_node_group, at: node_group_name, set: elsewhere}
#     - insert:
#         aws_eks_node_group: {node_group_name: x, instance_types: [g5.xlarge], labels: {groundway.dev/pool: x}}
deny_compute contains tf.finding("pools_are_labelled", pool, labels, message) if {
	some pool in pools.all
	labels := object.get(pool.values, "labels", {})
	not labelled_with_pool(pool, labels)
	message := "must be labelled with its pool and accelerator"
}

deny_compute contains tf.finding("pools_are_labelled", pool, labels, message) if {
	some pool in pools.all
	pools.vendor(pool)
	labels := object.get(pool.values, "labels", {})
	not labelled_with_accelerator(labels)
	message := "must be labelled with its pool and accelerator"
}

labelled_with_pool(pool, labels) if labels["groundway.dev/pool"] == pool.values.node_group_name

labelled_with_accelerator(labels) if {
	regex.match(`^[a-z0-9-]+$`, labels["groundway.dev/accelerator"])
	regex.match(`^[1-9]\d*$`, labels["groundway.dev/accelerator-count"])
}
