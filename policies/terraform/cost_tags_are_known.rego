package main

import data.lib.places
import data.lib.tags
import data.lib.terraform as tf

# METADATA
# title: Cost tags say what finance knows
# description: >-
#   A team or cost centre that nobody knows is a line of the bill that nobody pays. A model and a run are named by those
#   who train them, in letters that AWS tags, Kubernetes labels and the bill take alike.
# custom:
#   severity: medium
#   controls: [NIST 800-53 CM-8]
#   mend: >-
#     Mend the tags in environments/<environment>/environment.yaml, or add the value to tags in policies/allowed.yaml.
#   types: [stack]
#   breaks:
#     - {in: stack, at: provider.aws.default_tags.tags.team, set: somebody-else}
#     - {in: stack, at: provider.aws.default_tags.tags.cost-center, set: cc-9999}
#     - {in: stack, at: provider.aws.default_tags.tags.model, set: "not a name!"}
#     - {in: stack, at: provider.aws.default_tags.tags.environment, set: production}
deny_tags contains tf.stack_finding("cost_tags_are_known", value, message) if {
	some provider in places.providers
	some key, value in tf.block(provider, "default_tags").tags
	key in tags.keys
	not tags.known(key, value)
	message := sprintf("the tag %s is not one that policies/allowed.yaml knows", [key])
}
