package main

import data.lib.terraform as tf

# METADATA
# title: A stack is resources written out, and runs nothing else
# description: >-
#   Provisioners, external data and modules run programs, or make resources, that nobody reviewed. Variables, locals,
#   counts and dynamic blocks decide at apply time what no rule saw; what is judged must be what is made.
# custom:
#   severity: critical
#   controls: [NIST 800-53 CM-5, NIST 800-53 CM-7, NIST 800-53 SI-7]
#   mend: Write the resource with its typed construct (infra/), once for each that is wanted.
#   types: [stack, "*"]
#   breaks:
#     - {in: stack, at: module, set: {more: {source: "git::https://example.org/more.git"}}}
#     - {in: stack, at: variable, set: {open: {default: "0.0.0.0/0"}}}
#     - {in: stack, at: locals, set: {open: "0.0.0.0/0"}}
#     - {in: stack, at: data.external, set: {run: {program: [sh, -c, "curl example.org"]}}}
#     - {in: stack, at: data.aws_iam_policy_document, set: {elsewhere: {statement: []}}}
#     - {in: stack, at: terraform.cloud, set: {organization: elsewhere}}
#     - {type: aws_s3_bucket, at: provisioner, set: [{local-exec: {command: "curl example.org"}}]}
#     - {type: aws_security_group, at: dynamic, set: {ingress: {for_each: [0], content: {}}}}
#     - {type: aws_iam_role, at: count, set: 2}
#     - {type: aws_subnet, at: for_each, set: "${toset([1])}"}
#     - {insert: {null_resource: {provisioner: [{local-exec: {command: id}}]}}}
#     - {insert: {terraform_data: {input: x}}}
deny_change contains tf.stack_finding("stacks_are_what_they_say", strange, message) if {
	tf.configuration
	strange := object.keys(input) - {
		"//", "data", "import", "moved", "output", "provider", "removed", "resource", "terraform",
	}
	count(strange) > 0
	message := "must hold resources, data and outputs alone"
}

deny_change contains tf.stack_finding("stacks_are_what_they_say", strange, message) if {
	tf.configuration
	strange := object.keys(object.get(input, "terraform", {})) - {"backend", "required_providers", "required_version"}
	count(strange) > 0
	message := "must set the backend and the provider alone"
}

deny_change contains tf.stack_finding("stacks_are_what_they_say", strange, message) if {
	tf.configuration
	strange := object.keys(object.get(input, "data", {})) - {s | some s in data.allowed.data_sources}
	count(strange) > 0
	message := "looks up what policies/allowed.yaml does not know"
}

deny_change contains tf.finding("stacks_are_what_they_say", resource, attribute, message) if {
	tf.configuration
	some attribute in {"connection", "count", "dynamic", "for_each", "provisioner"}
	contains(tf.text, sprintf("\"%s\":", [attribute]))
	some resource in tf.all
	resource.values[attribute]
	message := sprintf("must not have %s", [attribute])
}

deny_change contains tf.finding("stacks_are_what_they_say", resource, type, "is no resource of AWS") if {
	some type in tf.types
	not startswith(type, "aws_")
	some resource in tf.of(type)
}

deny_change contains tf.stack_finding("stacks_are_what_they_say", calls, "must call no modules") if {
	tf.plan
	calls := object.keys(object.get(input, ["configuration", "root_module", "module_calls"], {}))
	count(calls) > 0
}
