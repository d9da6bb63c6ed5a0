package main

import data.lib.places
import data.lib.tags
import data.lib.terraform as tf

# METADATA
# title: Everything a stack makes carries all seven cost tags
# description: >-
#   What carries no tag is on nobody's bill, and what separates environments in one account asks for tags. The provider
#   sets them on all that it makes; a stack whose tag block is renamed or left out makes things without.
# custom:
#   severity: high
#   controls: [NIST 800-53 CM-8]
#   mend: Let the stack inherit from EnvironmentStack (stacks/base.py), which gives the provider default_tags.
#   types: [stack]
#   breaks:
#     - {in: stack, at: provider.aws.default_tags, remove: true}
#     - {in: stack, at: provider.aws.default_tags.tags.cost-center, remove: true}
#     - {in: stack, at: provider.aws.default_tags.tags.owner, set: ""}
#     - {in: stack, at: provider.aws.default_tags.tags.run, remove: true}
#     - {in: stack, at: provider.aws, append: {alias: other, region: eu-west-1, allowed_account_ids: ["111111111111"]}}
#     - {in: stack, at: provider, set: {}}
deny_tags contains tf.stack_finding("everything_carries_cost_tags", missing, message) if {
	some provider in places.providers
	carried := object.get(tf.block(provider, "default_tags"), "tags", {})
	missing := {key | some key in tags.keys; not is_said(carried, key)}
	count(missing) > 0
	message := sprintf("default_tags of the provider lack %s", [concat(", ", sort(missing))])
}

deny_tags contains tf.stack_finding("everything_carries_cost_tags", [], message) if {
	count(places.providers) == 0
	message := "configures no AWS provider, so there are no tags"
}

is_said(carried, key) if {
	is_string(carried[key])
	trim_space(carried[key]) != ""
}
