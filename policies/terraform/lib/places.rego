# Accounts, regions and environments that the arguments of resources name, wherever they stand in them.
package lib.places

import data.lib.terraform as tf

# What is foreign is looked for in what all resources of a type say first; most often that is all.

# {address: {account}}, others than the environment's: twelve digits that are text and not the end of a UUID.
accounts[address] := foreign_accounts & accounts_in(text) if {
	some address, text in texts_with(foreign_accounts)
}

# Accounts that security knows are found as words; others need a pattern, and only where twelve digits are left.
foreign_accounts contains account if {
	some account in known_accounts - our_accounts
	contains(tf.text, account)
}

foreign_accounts contains account if {
	some text in tf.texts
	unknown := strings.replace_n({account: " " | some account in known_accounts}, text)
	contains(strings.replace_n(digits, unknown), "000000000000")
	some account in accounts_in(text) - our_accounts
}

known_accounts := {account | some environment in data.allowed.environments; some account in environment.accounts}

our_accounts := {account | some account in tf.allowed.accounts}

digits := {sprintf("%d", [digit]): "0" | some digit in numbers.range(1, 9)}

accounts_in(text) := {found | some found in regex.find_n(account_pattern, text, -1); count(found) == 12}

# A number and a UUID are found with what is before them, and so are too long.
account_pattern := `":-?\d{12}\b|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-\d{12}\b|\b\d{12}\b`

# {address: {region}}, others than the environment's, but for the region of the bill in ARNs of what makes it.
regions[address] := foreign_regions & regions_in(without_the_bill(text)) if {
	some address, text in texts_with(foreign_regions)
}

foreign_regions contains region if {
	some text in tf.texts
	names_a_region(strings.replace_n({region: " " | some region in our_regions}, without_the_bill(text)))
	some region in regions_in(text) - our_regions
}

our_regions := {region | some region in tf.allowed.regions}

# Faster than the pattern, which says the same and more.
names_a_region(text) if {
	some end in ["central-", "north-", "south-", "east-", "west-"]
	contains(text, end)
}

regions_in(text) := {region | some region in regex.find_n(region_pattern, text, -1)}

region_pattern := concat("", [
	`\b(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov|-iso[a-z]?)?`,
	`-(?:central|north|south|east|west|northeast|northwest|southeast|southwest)-\d`,
])

without_the_bill(text) := strings.replace_n({arn: "" | some arn in arns_of_the_bill}, text)

arns_of_the_bill := {sprintf("arn:aws:%s:%s:", [service, data.allowed.billing.region]) |
	some service in data.allowed.billing.services
}

# {address: {environment}}: others than the stack's, of names like groundway-dev-models or groundway/dev/platform.
environments[address] := {match[1] | some match in regex.find_all_string_submatch_n(strange_name, text, -1)} if {
	some address, text in texts_with(strange_names)
	regex.match(strange_name, text)
}

strange_names := {concat(mark, [project, environment]) |
	some project in data.allowed.tags.project
	some environment, _ in data.allowed.environments
	environment != tf.environment
	some mark in ["-", "/"]
}

strange_name := sprintf(`\b(?:%s)[-/](%s)\b`, [
	concat("|", data.allowed.tags.project),
	concat("|", object.keys(data.allowed.environments) - {tf.environment}),
])

# {address: text} of those that say one of some words.
texts_with(words) := {address: text |
	some word in words
	some type, said in tf.texts
	contains(said, word)
	some address, resource in tf.of(type)
	text := tf.text_of(resource)
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
