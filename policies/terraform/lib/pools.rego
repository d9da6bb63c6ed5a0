# Node pools: managed node groups with their launch templates.
package lib.pools

import data.lib.terraform as tf

all := tf.of("aws_eks_node_group")

# The launch templates, made here, that a pool names: one, or none.
templates(pool) := [template |
	some address in tf.references(pool, "launch_template")
	template := tf.of("aws_launch_template")[address]
]

# The type of a capacity block stands in the launch template, which is the one place where EKS takes it.
instance_types(pool) := {type | some type in pool.values.instance_types} | {type |
	some template in templates(pool)
	type := template.values.instance_type
	not type in {null, ""}
}

# "nvidia" or "neuron", by what its instances or its image carry; undefined for other pools.
vendor(pool) := "neuron" if carries(pool, `^(inf|trn)\d`, "NEURON")

else := "nvidia" if carries(pool, `^(g|gr|p)\d`, "NVIDIA")

carries(pool, types, _) if {
	some type in instance_types(pool)
	regex.match(types, type)
}

carries(pool, _, image) if contains(object.get(pool.values, "ami_type", ""), image)

resource := {"nvidia": "nvidia.com/gpu", "neuron": "aws.amazon.com/neuron"}

# Whether its capacity is set aside and paid for anyway.
reserved(pool) if {
	some template in templates(pool)
	path := ["capacity_reservation_specification", "capacity_reservation_target", "capacity_reservation_id"]
	not tf.at(template.values, path, null) in {null, ""}
}

capacity_block(pool) if {
	some template in templates(pool)
	tf.at(template.values, ["instance_market_options", "market_type"], null) == "capacity-block"
}
