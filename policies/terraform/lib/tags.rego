# The cost tags that everything carries, and what they may say.
package lib.tags

import data.lib.terraform as tf

keys := {"team", "project", "model", "environment", "cost-center", "owner", "run"}

# What serves AWS tags, Kubernetes labels and the bill alike.
well_formed(value) if regex.match(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`, value)

# Whether security knows a value of a cost tag, in this environment.
known("environment", value) if value == tf.environment

known(key, value) if value in data.allowed.tags[key]

# A model and a run are named by those who train them.
known(key, value) if {
	key in {"model", "run"}
	well_formed(value)
}
