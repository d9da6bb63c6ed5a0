package main

import data.lib.pools
import data.lib.tags
import data.lib.terraform as tf

# METADATA
# title: The Auto Scaling group of every pool says who pays, and an empty one what its nodes would be
# description: >-
#   EKS makes the group without the tags of the pool. The autoscaler reads from its tags what a node would carry:
#   without them it never starts the first node of an empty pool, or starts one that the waiting pod may not use.
# custom:
#   severity: medium
#   controls: [NIST 800-53 CM-8, NIST 800-53 SA-2]
#   mend: >-
#     Let infra/nodes.py tag the group (infra/autoscaling_tags.py): the cost tags, and for a pool with min_size 0 its
#     labels, its taint and its accelerators.
#   types: [aws_autoscaling_group_tag, aws_eks_node_group]
#   breaks:
#     - {type: aws_autoscaling_group_tag, drop: true}
#     - {type: aws_autoscaling_group_tag, at: tag.value, set: ""}
#     - {type: aws_autoscaling_group_tag, at: tag.key, set: elsewhere}
#     - {type: aws_autoscaling_group_tag, at: autoscaling_group_name, set: elsewhere}
deny_compute contains tf.finding("autoscaling_groups_are_described", pool, wrong, message) if {
	some pool in pools.all
	wrong := tags.wrong(object.get(said_by_group, pool.address, {}))
	count(wrong) > 0
	message := "must have an Auto Scaling group that says who pays"
}

deny_compute contains tf.finding("autoscaling_groups_are_described", pool, lacking, message) if {
	some pool in pools.all
	tf.at(pool.values, ["scaling_config", "min_size"], 0) == 0
	lacking := {key | some key, value in hints_wanted(pool); not group_says(pool, key, value)}
	count(lacking) > 0
	message := "must have an Auto Scaling group that says what nodes offer"
}

tags_by_group[group][tag.key] contains tag.value if {
	some group_tag in tf.of("aws_autoscaling_group_tag")
	tag := tf.block(group_tag.values, "tag")
	some group in tf.references(group_tag, "autoscaling_group_name")
}

# A key that is said twice is said by no allowed value.
said_by_group[group] := {key: concat(" and ", sort(values)) | some key, values in said} if {
	some group, said in tags_by_group
}

group_says(pool, key, value) if regex.match(value, said_by_group[pool.address][key])

# {key: pattern of its value}.
hints_wanted(pool) := object.union_n([
	{hint("label", key): literally(value) | some key, value in object.get(pool.values, "labels", {})},
	{hint("taint", taint.key): literally(text) |
		some taint in tf.blocks(pool.values, "taint")
		text := sprintf("%s:%s", [object.get(taint, "value", ""), kubernetes_effects[taint.effect]])
	},
	{hint("resources", pools.resource[vendor]): `^[1-9]\d*$` | some vendor in [pools.vendor(pool)]},
	{hint("resources", "vpc.amazonaws.com/efa"): literally(sprintf("%d", [count(fabric_cards(pool))])) |
		count(fabric_cards(pool)) > 0
	},
])

hint(kind, key) := sprintf("k8s.io/cluster-autoscaler/node-template/%s/%s", [kind, key])

literally(text) := sprintf("^%s$", [regex.replace(text, `[^\w]`, `\$0`)])

kubernetes_effects := {
	"NO_SCHEDULE": "NoSchedule",
	"NO_EXECUTE": "NoExecute",
	"PREFER_NO_SCHEDULE": "PreferNoSchedule",
}

fabric_cards(pool) := [interface |
	some template in pools.templates(pool)
	some interface in tf.blocks(template.values, "network_interfaces")
	startswith(object.get(interface, "interface_type", ""), "efa")
]
