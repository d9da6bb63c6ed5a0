# The cost tags that everything carries, and what they may say.
package lib.tags

import data.lib.terraform as tf

keys := {"team", "project", "model", "environment", "cost-center", "owner", "run"}

# What serves AWS tags, Kubernetes labels and the bill alike.
well_formed(value) if {
	is_string(value)
	regex.match(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`, value)
}

# Whether security knows a value of a cost tag, in this environment.
known("environment", value) if {
	value == tf.environment
	value in object.keys(data.allowed.environments)
}

known(key, value) if value in data.allowed.tags[key]

# A model and a run are named by those who train them.
known(key, value) if {
	key in {"model", "run"}
	well_formed(value)
}

# {address: {[key, value]}}: every tag that a resource sets, however its type spells tags.
carried[resource.address] contains [key, value] if {
	some [resource, tags] in said
	some key, value in tags
}

carried[address] contains [key, value] if {
	some resource in tf.of_types_saying("tag_specifications")
	address := resource.address
	some block in tf.blocks(resource.values, "tag_specifications")
	some key, value in block.tags
}

carried[address] contains [pair.key, pair.value] if {
	some resource in tf.of_types_saying("\"tag\":")
	address := resource.address
	some pair in tf.blocks(resource.values, "tag")
}

# [resource, tags] of what says tags, as a map or as what will be one.
said := [[r, r.values[attribute]] |
	some attribute in ["tags", "tags_all", "resource_tags"]
	some r in tf.of_types_saying(sprintf("\"%s\":", [attribute]))
	r.values[attribute]
]

# Every [key, value] that is carried, once.
pairs := union({carried_by_one | some carried_by_one in carried})

# {key: value} of the cost tags that tags lack (null), or of which security does not know the value.
wrong(said) := {key: value |
	some key in keys
	value := object.get(said, key, null)
	not known(key, value)
}
