package main

import data.lib.tags
import data.lib.terraform as tf

# METADATA
# title: No resource overrides a cost tag with nothing, with something unknown or under another spelling
# description: >-
#   A tag of a resource wins over the provider's. An empty one, or `Team` beside `team`, takes the thing off the bill of
#   whoever should pay; tags that are an expression cannot be read before they are made.
# custom:
#   severity: medium
#   controls: [NIST 800-53 CM-8]
#   mend: >-
#     Leave cost tags to the provider; for one model or run, set them with CostTags.using()
#     (python/groundway/tags.py).
#   types: ["*"]
#   breaks:
#     - {type: aws_s3_bucket, at: tags.cost-center, set: ""}
#     - {type: aws_subnet, at: tags.team, set: somebody-else}
#     - {type: aws_vpc, at: tags.environment, set: production}
#     - {type: aws_security_group, at: tags.Cost_Center, set: cc-1001}
#     - {type: aws_kms_key, at: tags, set: "${merge(local.tags, {team = null})}"}
#     - {type: aws_launch_template, at: tag_specifications.0.tags.owner, set: nobody}
#     - {type: aws_ecr_repository_creation_template, at: resource_tags.project, set: other}
deny_tags contains tf.finding("resources_do_not_contradict_cost_tags", resource, value, message) if {
	some [key, value] in tags.pairs
	key in tags.keys
	not tags.known(key, value)
	some resource in carriers([key, value])
	message := sprintf("the tag %s is not one that policies/allowed.yaml knows", [key])
}

deny_tags contains tf.finding("resources_do_not_contradict_cost_tags", resource, key, message) if {
	some [key, value] in tags.pairs
	not key in tags.keys
	meant := keys_by_letters[letters_of_key(key)]
	some resource in carriers([key, value])
	message := sprintf("the tag must be spelled %s", [meant])
}

deny_tags contains tf.finding("resources_do_not_contradict_cost_tags", resource, value, message) if {
	some [resource, value] in tags.said
	not readable_tags(value)
	message := "tags must be written out"
}

# Only a plan says what the provider's tags and the resource's come to.
deny_tags contains tf.finding("resources_do_not_contradict_cost_tags", resource, missing, "lacks cost tags") if {
	tf.plan
	some resource in tf.all
	is_object(resource.values.tags_all)
	missing := tags.keys - object.keys(resource.values.tags_all)
	count(missing) > 0
}

carriers(pair) := [tf.all[address] | some address, carried in tags.carried; pair in carried]

letters_of_key(key) := regex.replace(lower(key), `[-_ :.]`, "")

keys_by_letters := {replace(key, "-", ""): key | some key in tags.keys}

readable_tags(value) if is_object(value)

readable_tags(null)

readable_tags(value) if {
	tf.plan
	tf.is_reference(value)
}
