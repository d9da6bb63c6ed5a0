package main

import data.lib.pools
import data.lib.terraform as tf

# METADATA
# title: Every pool has a ceiling that security allows, and pools with accelerators shrink to nothing
# description: >-
#   A mistake in a job, or a stolen token, can ask for nodes without end; the ceiling is what it costs at most. A GPU
#   node that waits costs as much as one that works: only capacity that is reserved, and so paid for anyway, may wait.
# custom:
#   severity: high
#   controls: [NIST 800-53 SC-6, NIST 800-53 SC-5, NIST 800-53 SA-2]
#   mend: >-
#     Keep `max` of the pool within `gpu_nodes` or `cpu_nodes` of the environment in policies/allowed.yaml, and `min` of
#     a GPU pool at 0.
#   types: [aws_eks_node_group]
#   breaks:
#     - {type: aws_eks_node_group, at: scaling_config.max_size, set: 1000}
#     - {type: aws_eks_node_group, at: scaling_config.max_size, remove: true}
#     - {type: aws_eks_node_group, at: scaling_config.min_size, set: 500}
#     - {type: aws_eks_node_group, remove: scaling_config}
#     - insert:
#         aws_eks_node_group:
#           instance_types: [g5.xlarge]
#           scaling_config: {min_size: 1, desired_size: 1, max_size: 1}
deny_compute contains tf.finding("pools_scale_within_limits", pool, scaling, message) if {
	some pool in pools.all
	scaling := tf.block(pool.values, "scaling_config")
	not within_limits(pool, scaling)
	message := "must stay below its ceiling, and empty if it may"
}

within_limits(pool, scaling) if {
	is_number(scaling.max_size)
	scaling.max_size <= ceiling(pool)
	scaling.min_size <= scaling.max_size
	may_keep(pool, scaling.min_size)
}

ceiling(pool) := tf.allowed.gpu_nodes if {
	pools.vendor(pool)
} else := tf.allowed.cpu_nodes

may_keep(_, 0)

may_keep(pool, _) if not pools.vendor(pool)

may_keep(pool, _) if pools.reserved(pool)
