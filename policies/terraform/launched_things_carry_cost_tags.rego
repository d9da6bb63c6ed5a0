package main

import data.lib.tags
import data.lib.terraform as tf

# METADATA
# title: What a launch template starts carries the cost tags - instances, volumes and interfaces
# description: >-
#   The provider's default tags stop at the template, and the bill is for what it starts: without tags of their own, GPU
#   hours belong to nobody, and rules that ask for the environment's tag let nobody touch them.
# custom:
#   severity: high
#   controls: [NIST 800-53 CM-8, NIST 800-53 SA-2]
#   mend: >-
#     Give tag_specifications for instance, volume and network-interface all seven cost tags (infra/launch_template.py),
#     with values that policies/allowed.yaml allows.
#   types: [aws_launch_template]
#   breaks:
#     - {type: aws_launch_template, remove: tag_specifications}
#     - {type: aws_launch_template, at: tag_specifications.0, remove: true}
#     - {type: aws_launch_template, at: tag_specifications.1, remove: true}
#     - {type: aws_launch_template, at: tag_specifications.1.resource_type, set: elastic-gpu}
#     - {type: aws_launch_template, at: tag_specifications.0.tags.team, remove: true}
#     - {type: aws_launch_template, at: tag_specifications.1.tags.cost-center, set: cc-0000}
#     - {type: aws_launch_template, at: tag_specifications.0.tags.environment, set: elsewhere}
#     - {type: aws_launch_template, at: tag_specifications.0.tags.model, set: ""}
#     - {type: aws_launch_template, at: tag_specifications.*.tags.owner, set: nobody}
deny_compute contains tf.finding("launched_things_carry_cost_tags", template, {kind: wrong}, message) if {
	some template in tf.of("aws_launch_template")
	some kind in ["instance", "volume", "network-interface"]
	wrong := tags.wrong(tags_of_launched(template, kind))
	count(wrong) > 0
	message := "must tag what it starts with who pays"
}

tags_of_launched(template, kind) := object.union_n([specification.tags |
	some specification in tf.blocks(template.values, "tag_specifications")
	specification.resource_type == kind
])
