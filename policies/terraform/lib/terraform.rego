# One view of two documents: the `cdk.tf.json` that the CDK writes, and a plan as `terraform show -json` gives it. A third,
# what an environment is expected to cost, has no resources.
#
# A resource is {address, type, name, values}. `values` are its arguments; what a plan does not know yet is
# the reference it comes from, "${aws_kms_key.data.arn}", as it stands in cdk.tf.json.
package lib.terraform

plan if input.resource_changes

# What only a configuration says - the backend, lifecycle, provider pins - is judged there alone.
configuration if {
	not plan
	not estimate
}

# What `groundway cost estimate` says of an environment: {environment, low, expected, high, budget, drivers}, amounts in
# USD a month as text; or {environment, failed}.
estimate := input.estimate if {
	not input.resource
	not plan
}

# Resources of a type, by address. Types of which there are none give an empty object.
of(type) := object.get(by_type, type, {})

# All resources, by address.
all := object.union_n([members | some members in by_type])

types := object.keys(by_type)

# {type: text}: the arguments of all its resources as JSON. To look for a word there first, and at resources only where
# it is found, is much faster than to look at each.
texts := {type: json.marshal([r.values | some r in of(type)]) | some type in types}

# All of them.
text := concat("\n", [t | some t in texts])

text_of(resource) := json.marshal(resource.values)

# Resources of the types of which some say a word, be it the name of an argument.
of_types_saying(word) := [r |
	some type, said in texts
	contains(said, word)
	some r in of(type)
]

by_type := planned if plan

by_type := {type: resources | some type, members in input.resource; resources := configured(type, members)} if {
	configuration
}

configured(type, members) := {address: resource |
	some name, values in members
	address := concat(".", [type, name])
	resource := {"address": address, "type": type, "name": name, "values": object.remove(values, ["//"])}
}

planned[type][change.address] := {
	"address": change.address,
	"type": type,
	"name": change.name,
	"values": values,
	"expressions": expressions(change),
} if {
	some change in input.resource_changes
	change.mode == "managed"
	change.change.after != null
	type := change.type
	values := object.remove(json.patch(said(change.change.after), unknowns(change)), read_back(change))
}

# AWS's own policy, which a plan reads back of what is deployed without one: nobody wrote it.
read_back(change) := {attribute |
	attribute := policies_of_aws[change.type]
	not attribute in object.keys(expressions(change))
}

policies_of_aws := {
	"aws_ecr_repository_creation_template": "repository_policy",
	"aws_kms_key": "policy",
	"aws_vpc_endpoint": "policy",
}

# A plan writes null where a configuration leaves an argument out, also in the blocks of a list.
said(after) := json.patch(after, [{"op": "remove", "path": path} |
	walk(after, [path, null])
	is_string(path[count(path) - 1])
])

# Every unknown value of a change becomes the reference that its configuration names.
unknowns(change) := [{"op": "add", "path": path, "value": referred(change, path)} |
	walk(object.get(change.change, "after_unknown", {}), [path, true])
	writable(change.change.after, path)
]

# A list that is unknown as a whole has no element that could be replaced.
writable(after, path) if {
	parent := array.slice(path, 0, count(path) - 1)
	object.get(after, parent, null) != null
}

referred(change, path) := sprintf("${%s}", [object.get(
	expressions(change), array.concat(path, ["references", 0]),
	object.get(expressions(change), [path[0], "references", 0], "known after apply"),
)])

expressions(change) := object.get(configurations, concat(".", [change.type, change.name]), {})

configurations[address] := object.get(resource, "expressions", {}) if {
	some resource in input.configuration.root_module.resources
	address := concat(".", [resource.type, resource.name])
}

# Addresses that an argument of a resource refers to, none if it is left out.
references(resource, attribute) := addresses_in(resource.values[attribute]) if {
	configuration
} else := references_of(resource.expressions[attribute]) if {
	plan
} else := set()

# Addresses that a value refers to: "aws_s3_bucket.logs", of resources and "data.aws_x.y" of data sources.
addresses_in(value) := addresses_in_text(value) if is_string(value)

addresses_in(value) := addresses_in_text(json.marshal(value)) if is_object(value)

addresses_in(value) := addresses_in_text(json.marshal(value)) if is_array(value)

addresses_in(value) := set() if is_scalar(value)

is_scalar(value) if is_boolean(value)

is_scalar(value) if is_number(value)

is_scalar(null)

addresses_in_text(text) := set() if not contains(text, "${")

addresses_in_text(text) := {match[1] |
	some match in regex.find_all_string_submatch_n(`\$\{[^}]*?((?:data\.)?aws_\w+\.[\w-]+)\.`, text, -1)
} if {
	contains(text, "${")
}

references_of(expression) := {concat(".", array.slice(split(reference, "."), 0, size)) |
	walk(expression, [path, reference])
	"references" in path
	is_string(reference)
	size := 2 + count([1 | startswith(reference, "data.")])
}

# The resources of `type` that refer to `resource` with the argument `attribute`.
attached(type, attribute, resource) := [r |
	some r in of(type)
	resource.address in references(r, attribute)
]

# Blocks at a name: the CDK writes one as an object, several as an array; a plan writes an array. None if left out.
blocks(values, name) := found if {
	found := values[name]
	is_array(found)
} else := [found] if {
	found := values[name]
	is_object(found)
} else := []

# The only block at a name, or the first one; {} if it is left out.
block(values, name) := first if {
	first := blocks(values, name)[0]
	is_object(first)
} else := {}

# The value at a path of names through blocks; `missing` if any of them is left out.
at(values, [a], missing) := object.get(values, a, missing)

at(values, [a, b], missing) := object.get(block(values, a), b, missing)

at(values, [a, b, c], missing) := object.get(block(block(values, a), b), c, missing)

at(values, [a, b, c, d], missing) := object.get(block(block(block(values, a), b), c), d, missing)

yes(value) if value in {true, "true"}

is_reference(value) if {
	is_string(value)
	startswith(value, "${")
}

# What the AWS provider is configured with: of a plan as far as it is constant.
provider := input.provider.aws[0] if configuration

provider := {name: value | some name, e in aws_provider.expressions; value := constant(e)} if plan

aws_provider := p if {
	some p in input.configuration.provider_config
	p.name == "aws"
}

constant(expression) := expression.constant_value

constant(blocks) := [{name: e.constant_value | some name, e in b} | some b in blocks] if is_array(blocks)

default_tags := block(provider, "default_tags").tags

# The environment that a stack says it belongs to, and what policies/allowed.yaml allows there.
environment := default_tags.environment if not estimate

environment := estimate.environment

allowed := data.allowed.environments[environment]

# Whether stateful things must stay: not where they never need to, nor where GROUNDWAY_UNPROTECT was said.
protected if {
	allowed.protected
	not unprotected
}

unprotected if environment in data.unprotected

# What the gate holds against its own count.
seen := {"addresses": object.keys(all), "environment": known_environment}

default known_environment := null

known_environment := environment

# What a rule says: conftest prints `msg`, the gate all of it.
finding(rule, resource, value, message) := {
	"rule": rule,
	"address": resource.address,
	"value": value,
	"msg": sprintf("%s: %s: %s", [rule, resource.address, message]),
}

# The same for a stack as a whole.
stack_finding(rule, value, message) := finding(rule, {"address": "stack"}, value, message)
