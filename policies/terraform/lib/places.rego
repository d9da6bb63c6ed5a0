# Accounts, regions and environments that the arguments of resources name, wherever they stand in them.
package lib.places

import data.lib.terraform as tf

# What is foreign is looked for in the whole stack first; most often that is all.

# {address: {account}}, others than the environment's: twelve digits that are text and not the end of a UUID.
accounts[address] := foreign & accounts_in(text) if {
	foreign := accounts_in(tf.text) - {account | some account in tf.allowed.accounts}
	some address, text in texts_with(foreign)
}

accounts_in(text) := {found | some found in regex.find_n(account_pattern, text, -1); count(found) == 12}

# A number and a UUID are found with what is before them, and so are too long.
account_pattern := `":-?\d{12}\b|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-\d{12}\b|\b\d{12}\b`

# {address: {region}}, others than the environment's, but for the region of the bill in ARNs of what makes it.
regions[address] := foreign & regions_in(without_the_bill(text)) if {
	foreign := regions_in(tf.text) - {region | some region in tf.allowed.regions}
	some address, text in texts_with(foreign)
}

regions_in(text) := {region | some region in regex.find_n(region_pattern, text, -1)}

region_pattern := concat("", [
	`\b(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov|-iso[a-z]?)?`,
	`-(?:central|north|south|east|west|northeast|northwest|southeast|southwest)-\d`,
])

without_the_bill(text) := regex.replace(text, bill_pattern, "")

bill_pattern := sprintf(`arn:aws:(%s):%s:`, [concat("|", data.allowed.billing.services), data.allowed.billing.region])

# {address: {environment}}: others than the stack's, of names like groundway-dev-models or groundway/dev/platform.
environments[address] := {match[1] | some match in regex.find_all_string_submatch_n(strange_name, text, -1)} if {
	regex.match(strange_name, tf.text)
	some address, text in tf.texts
	regex.match(strange_name, text)
}

strange_name := sprintf(`\b(?:%s)[-/](%s)\b`, [
	concat("|", data.allowed.tags.project),
	concat("|", object.keys(data.allowed.environments) - {tf.environment}),
])

# {address: text} of those that say one of some words.
texts_with(words) := {address: text |
	some word in words
	contains(tf.text, word)
	some address, text in tf.texts
	contains(text, word)
}

# What the AWS provider is configured with, each alias by itself: of a plan as far as it is constant.
providers := tf.blocks(object.get(input, "provider", {}), "aws") if tf.configuration

providers := [{name: value | some name, e in provider.expressions; value := tf.constant(e)} |
	some provider in input.configuration.provider_config
	provider.name == "aws"
] if {
	tf.plan
}
