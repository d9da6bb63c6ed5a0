package main

import data.lib.pools
import data.lib.terraform as tf

# METADATA
# title: Pools say how they buy their capacity, and their templates say the same
# description: >-
#   Left out, EKS buys on demand: the spot pool of the budget costs three times as much. A pool of spot instances leaves
#   its reservation unused, and both are paid for; a capacity block is used by those only that say so twice.
# custom:
#   severity: medium
#   controls: [NIST 800-53 SA-2, NIST 800-53 SC-6]
#   mend: >-
#     Set capacity_type to ON_DEMAND, SPOT, or CAPACITY_BLOCK with the block's reservation and market type in the launch
#     template (infra/nodes.py, infra/launch_template.py).
#   types: [aws_eks_node_group, aws_launch_template]
#   breaks:
#     - {type: aws_eks_node_group, remove: capacity_type}
#     - {type: aws_eks_node_group, at: capacity_type, set: RESERVED}
#     - {type: aws_eks_node_group, at: capacity_type, set: CAPACITY_BLOCK}
#     - {type: aws_launch_template, at: instance_market_options, set: {market_type: capacity-block}}
#     - {type: aws_launch_template, at: instance_market_options, set: {market_type: spot}}
deny_compute contains tf.finding("pools_say_how_they_buy", pool, said, message) if {
	some pool in pools.all
	said := object.get(pool.values, "capacity_type", null)
	not buys_soundly(pool, said)
	message := "must say how it buys, as its template does"
}

# EKS refuses a template that asks for spot instances; the pool says it.
deny_compute contains tf.finding("pools_say_how_they_buy", template, market, "must leave spot to the pool") if {
	some template in tf.of("aws_launch_template")
	market := tf.at(template.values, ["instance_market_options", "market_type"], null)
	not market in {null, "", "capacity-block"}
}

buys_soundly(pool, "ON_DEMAND") if not pools.capacity_block(pool)

buys_soundly(pool, "SPOT") if {
	not pools.capacity_block(pool)
	not pools.reserved(pool)
}

buys_soundly(pool, "CAPACITY_BLOCK") if {
	pools.capacity_block(pool)
	pools.reserved(pool)
}
