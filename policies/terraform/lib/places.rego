# Accounts, regions and environments that the arguments of resources name, wherever they stand in them.
package lib.places

import data.lib.terraform as tf

# {address: {account}}: twelve digits that are text and not the end of a UUID.
accounts[address] := {account |
	plain := regex.replace(text, `":-?[0-9.]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`, "")
	some account in regex.find_n(`\b\d{12}\b`, plain, -1)
} if {
	some address, text in tf.texts
	regex.match(`\d{12}`, text)
}

# {address: {region}}, but for the region of the bill in ARNs of what makes it.
regions[address] := {region | some region in regex.find_n(region_pattern, without_the_bill(text), -1)} if {
	some address, text in tf.texts
	regex.match(region_pattern, text)
}

region_pattern := concat("", [
	`\b(af|ap|ca|cn|eu|il|me|mx|sa|us)(-gov|-iso[a-z]?)?`,
	`-(central|north|south|east|west|northeast|northwest|southeast|southwest)-\d`,
])

without_the_bill(text) := regex.replace(text, bill_pattern, "")

bill_pattern := sprintf(`arn:aws:(%s):%s:`, [concat("|", data.allowed.billing.services), data.allowed.billing.region])

# {address: {environment}}: others than the stack's, of names like groundway-dev-models or groundway/dev/platform.
environments[address] := {match[1] | some match in regex.find_all_string_submatch_n(strange_name, text, -1)} if {
	some address, text in tf.texts
	regex.match(strange_name, text)
}

strange_name := sprintf(`\b(?:%s)[-/](%s)\b`, [
	concat("|", data.allowed.tags.project),
	concat("|", object.keys(data.allowed.environments) - {tf.environment}),
])

# What the AWS provider is configured with, each alias by itself: of a plan as far as it is constant.
providers := tf.blocks(object.get(input, "provider", {}), "aws") if tf.configuration

providers := [{name: value | some name, e in provider.expressions; value := tf.constant(e)} |
	some provider in input.configuration.provider_config
	provider.name == "aws"
] if {
	tf.plan
}
