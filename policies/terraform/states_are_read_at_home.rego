package main

import data.lib.terraform as tf

# METADATA
# title: A stack reads the states of its own environment alone
# description: >-
#   What another stack's state says becomes keys, roles and networks here. One of another environment, or of somebody
#   else's bucket, would lend dev's to prod, or a stranger's to both.
# custom:
#   severity: critical
#   controls: [NIST 800-53 AC-4, NIST 800-53 SC-32]
#   mend: Pass the construct of a stack of the same environment (stacks/); the CDK writes the look-up.
#   types: [stack]
#   breaks:
#     - {in: stack, at: data.terraform_remote_state.other, set: {backend: s3, config: {bucket: somebody-elses,
#         key: dev/foundation.tfstate, region: eu-west-1}}}
#     - {in: stack, at: data.terraform_remote_state.other, set: {backend: s3,
#         config: {bucket: groundway-state-111111111111, key: other/foundation.tfstate, region: eu-west-1}}}
#     - {in: stack, at: data.terraform_remote_state.other, set: {backend: http,
#         config: {address: "https://example.org/state"}}}
#     - {in: stack, at: data.terraform_remote_state.other, set: {backend: local, config: {path: /tmp/state}}}
deny_change contains tf.stack_finding("states_are_read_at_home", state, message) if {
	tf.configuration
	some name, state in object.get(input, ["data", "terraform_remote_state"], {})
	not is_read_at_home(state)
	message := sprintf("the state %s must be one of this environment", [name])
}

is_read_at_home(state) if {
	state.backend == "s3"
	object.keys(state.config) - {"bucket", "key", "region", "use_lockfile"} == set()
	some account in tf.allowed.accounts
	state.config.bucket == replace(data.allowed.state_bucket, "${account}", account)
	regex.match(sprintf(`^%s/[a-z]+\.tfstate$`, [tf.environment]), state.config.key)
	state.config.region in tf.allowed.regions
	object.get(state, "workspace", "${terraform.workspace}") == "${terraform.workspace}"
	object.get(state, "defaults", null) == null
}
