package main

import data.lib.places
import data.lib.terraform as tf

# METADATA
# title: A stack is of one environment - its tags, name, state and names of things say the same
# description: >-
#   Tags decide what a stack may do. One of dev that carries prod's, or one of prod that carries dev's, would be held to
#   another environment's limits, or change another's things under its name.
# custom:
#   severity: critical
#   controls: [NIST 800-53 CM-3, NIST 800-53 SC-32]
#   mend: Let all of it come from one Environment (stacks/base.py, infra/site.py).
#   types: [stack, "*"]
#   breaks:
#     - {in: stack, at: provider.aws.default_tags.tags.environment, set: dev}
#     - {in: stack, at: provider.aws.default_tags.tags.environment, set: prod}
#     - {in: stack, at: terraform.backend.s3.key, set: other/foundation.tfstate}
#     - {type: aws_iam_role, at: name, set: groundway-dev-groundway-prod}
#     - {type: aws_ssm_parameter, at: name, set: /groundway/dev/groundway/prod/platform}
deny_change contains tf.stack_finding("stacks_are_of_one_environment", said, message) if {
	tf.configuration
	some said in {
		object.get(input, ["//", "metadata", "stackName"], "without a name"),
		replace(object.get(input, ["terraform", "backend", "s3", "key"], "without a key"), "/", "-"),
	}
	not startswith(said, sprintf("%s-", [tf.environment]))
	message := sprintf("is tagged as %v, and named otherwise", [tf.environment])
}

deny_change contains tf.stack_finding("stacks_are_of_one_environment", accounts, message) if {
	some provider in places.providers
	accounts := object.get(provider, "allowed_account_ids", [])
	some account in accounts
	not account in tf.allowed.accounts
	message := sprintf("is tagged as %v, and made in another environment's account", [tf.environment])
}

deny_change contains tf.finding("stacks_are_of_one_environment", tf.all[address], named, message) if {
	some address, named in places.environments
	others := named - {tf.environment}
	count(others) > 0
	message := sprintf("names things of %s", [concat(", ", sort(others))])
}
