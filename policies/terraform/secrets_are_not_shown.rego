package main

import data.lib.terraform as tf

# METADATA
# title: Outputs that carry secrets are marked as such
# description: >-
#   Terraform prints outputs after every apply, into logs that are kept and read. One that is marked sensitive is not
#   printed.
# custom:
#   severity: high
#   controls: [NIST 800-53 IA-5]
#   mend: Give the TerraformOutput sensitive=True, or leave it out and read the secret from where it is.
#   types: [stack]
#   breaks:
#     - {in: stack, at: output.password, set: {value: "${aws_db_instance.registry.password}"}}
#     - {in: stack, at: output.login, set: {value: "${aws_db_instance.registry.master_user_secret}", sensitive: false}}
#     - {in: stack, at: output.key, set: {value: "${aws_iam_access_key.x.secret}"}}
deny_change contains tf.stack_finding("secrets_are_not_shown", name, message) if {
	some name, output in outputs_told
	regex.match(`(?i)password|passwd|secret|token|private_key|credential|access_key|auth_string`, output.text)
	not tf.yes(output.sensitive)
	message := sprintf("the output %s must be sensitive", [name])
}

outputs_told[name] := told(name, output) if {
	tf.configuration
	some name, output in object.get(input, "output", {})
}

outputs_told[name] := told(name, output) if {
	tf.plan
	some name, output in object.get(input, ["configuration", "root_module", "outputs"], {})
}

told(name, output) := {
	"text": concat(" ", [name, json.marshal(output)]),
	"sensitive": object.get(output, "sensitive", false),
}
