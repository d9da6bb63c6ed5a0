package main

import data.lib.terraform as tf

# METADATA
# title: The state is in the environment's bucket, under its own key, and locked while it is used
# description: >-
#   Two applies at once would each write what they know and lose what the other made. The bucket of `groundway
#   bootstrap` is versioned and encrypted with its own key; a backend that names another key or turns encryption off
#   goes around it.
# custom:
#   severity: critical
#   controls: [NIST 800-53 SC-28, NIST 800-53 CM-3]
#   mend: Let the stack inherit from EnvironmentStack (stacks/base.py), which sets the backend.
#   types: [stack]
#   breaks:
#     - {in: stack, at: terraform.backend.s3.use_lockfile, set: false}
#     - {in: stack, at: terraform.backend.s3.use_lockfile, remove: true}
#     - {in: stack, at: terraform.backend.s3.bucket, set: somebody-elses-bucket}
#     - {in: stack, at: terraform.backend.s3.encrypt, set: false}
#     - {in: stack, at: terraform.backend.s3.key, set: dev/another.tfstate}
#     - {in: stack, at: terraform.backend.s3.region, set: us-west-2}
#     - {in: stack, at: terraform.backend.s3.endpoints, set: {s3: "https://s3.example.org"}}
#     - {in: stack, at: terraform.backend, set: {local: {path: terraform.tfstate}}}
deny_change contains tf.stack_finding("state_is_locked", backend, "must be in the environment's bucket, locked") if {
	tf.configuration
	backend := object.get(input, ["terraform", "backend"], {})
	not state_is_sound(object.get(backend, "s3", {}))
}

state_is_sound(s3) if {
	part := trim_prefix(input["//"].metadata.stackName, sprintf("%s-", [tf.environment]))
	some account in tf.allowed.accounts
	s3.bucket == replace(data.allowed.state_bucket, "${account}", account)
	s3.key == sprintf("%s/%s.tfstate", [tf.environment, part])
	s3.region in tf.allowed.regions
	object.keys(s3) - {"bucket", "encrypt", "key", "region", "use_lockfile"} == set()
	s3.use_lockfile == true
	object.get(s3, "encrypt", true) == true
}
