package main

import data.lib.terraform as tf

# METADATA
# title: A stack uses one provider, the AWS one, at the version that was tested, with nothing but its place and tags
# description: >-
#   A provider is a program that runs with the rights of whoever deploys. Another source or version is another program;
#   credentials, endpoints or a role in its configuration send the deploy elsewhere.
# custom:
#   severity: critical
#   controls: [NIST 800-53 SR-3, NIST 800-53 CM-2, NIST 800-53 SI-7]
#   mend: >-
#     Leave required_providers and the provider to EnvironmentStack (stacks/base.py); versions are in
#     policies/allowed.yaml.
#   types: [stack]
#   breaks:
#     - {in: stack, at: terraform.required_providers.aws.version, set: ">= 6.0"}
#     - {in: stack, at: terraform.required_providers.aws.version, remove: true}
#     - {in: stack, at: terraform.required_providers.aws.source, set: somebody/aws}
#     - {in: stack, at: terraform.required_providers.null, set: {source: hashicorp/null, version: 3.2.3}}
#     - {in: stack, at: provider.http, set: [{}]}
#     - {in: stack, at: provider.aws.endpoints, set: [{s3: "https://s3.example.org"}]}
#     - {in: stack, at: provider.aws.assume_role, set: [{role_arn: "arn:aws:iam::111111111111:role/groundway-dev-ops"}]}
#     - {in: stack, at: provider.aws.skip_requesting_account_id, set: true}
deny_change contains tf.stack_finding("providers_are_pinned", required, message) if {
	tf.configuration
	required := object.get(input, ["terraform", "required_providers"], {})
	not requires_the_tested(required)
	message := "must require the AWS provider alone, at its exact version"
}

deny_change contains tf.stack_finding("providers_are_pinned", strange, "must configure the AWS provider alone") if {
	tf.configuration
	strange := object.keys(object.get(input, "provider", {})) - {"aws"}
	count(strange) > 0
}

deny_change contains tf.stack_finding("providers_are_pinned", strange, message) if {
	tf.configuration
	some provider in tf.blocks(input.provider, "aws")
	strange := object.keys(provider) - {"alias", "allowed_account_ids", "default_tags", "region"}
	count(strange) > 0
	message := "must give the provider its region, account and tags alone"
}

requires_the_tested(required) if {
	is_object(required)
	object.keys(required) == {"aws"}
	object.keys(required.aws) == {"source", "version"}
	required.aws.source in data.allowed.provider.sources
	required.aws.version in data.allowed.provider.versions
}
