package main

import data.lib.terraform as tf

# METADATA
# title: Parameters hold no secrets, and a secret's value is nowhere in a stack
# description: >-
#   A parameter of type String is read by whoever may read parameters. Even sealed, the value that a stack gives it is
#   in the state as it stands. So secrets are made by AWS, or put in by hand, in Secrets Manager.
# custom:
#   severity: high
#   controls: [NIST 800-53 IA-5, NIST 800-53 SC-28]
#   mend: Use aws_secretsmanager_secret with a key of ours and leave its value out of the stack.
#   types: [aws_ssm_parameter, aws_secretsmanager_secret_version]
#   breaks:
#     - {type: aws_ssm_parameter, at: type, set: SecureString}
#     - {type: aws_ssm_parameter, at: name, set: /groundway/dev/registry/password}
#     - {insert: {aws_ssm_parameter: {name: /groundway/dev/api-token, type: String, value: hush}}}
#     - {insert: {aws_secretsmanager_secret_version: {secret_id: registry, secret_string: hush}}}
deny_data contains tf.finding("parameters_are_no_secrets", parameter, type, "must be no secret") if {
	some parameter in tf.of("aws_ssm_parameter")
	type := object.get(parameter.values, "type", null)
	not type in {"String", "StringList"}
}

deny_data contains tf.finding("parameters_are_no_secrets", parameter, name, message) if {
	some parameter in tf.of("aws_ssm_parameter")
	name := object.get(parameter.values, "name", "")
	regex.match(`(?i)(password|passwd|secret|token|credential|private[_-]?key|api[_-]?key)`, name)
	message := "is named like a secret, and must not be one"
}

deny_data contains tf.finding("parameters_are_no_secrets", version, null, "must be put in by hand, not by a stack") if {
	some version in tf.of("aws_secretsmanager_secret_version")
}
