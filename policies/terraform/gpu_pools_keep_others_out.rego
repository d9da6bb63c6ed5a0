package main

import data.lib.pools
import data.lib.terraform as tf

# METADATA
# title: Pools with accelerators are tainted, so that only what asks for one lands there
# description: >-
#   Without the taint the scheduler fills a GPU node with whatever waits: the pool never becomes empty, and the node
#   that costs a hundred times as much serves a log collector.
# custom:
#   severity: high
#   controls: [NIST 800-53 SC-6, NIST 800-53 SA-2]
#   mend: >-
#     Give the pool a taint of the accelerator's resource - nvidia.com/gpu or aws.amazon.com/neuron - with effect
#     NO_SCHEDULE (infra/gpu_pools.py).
#   types: [aws_eks_node_group]
#   breaks:
#     - {type: aws_eks_node_group, remove: taint}
#     - {type: aws_eks_node_group, at: taint.0.key, set: dedicated}
#     - {type: aws_eks_node_group, at: taint.0.effect, set: PREFER_NO_SCHEDULE}
#     - insert: {aws_eks_node_group: {node_group_name: x, ami_type: AL2023_x86_64_NVIDIA, instance_types: [g5.xlarge]}}
#     - insert: {aws_eks_node_group: {node_group_name: x, ami_type: AL2023_x86_64_STANDARD,
#         instance_types: [inf2.xlarge]}}
deny_compute contains tf.finding("gpu_pools_keep_others_out", pool, taints, "must be tainted with its accelerator") if {
	some pool in pools.all
	vendor := pools.vendor(pool)
	taints := tf.blocks(pool.values, "taint")
	not keeps_others_out(taints, pools.resource[vendor])
}

keeps_others_out(taints, key) if {
	some taint in taints
	taint.key == key
	taint.effect in {"NO_SCHEDULE", "NO_EXECUTE"}
}
