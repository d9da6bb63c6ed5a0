# What the identity policies of a stack let their holders do, and the boundary that bounds them all.
package lib.grants

import data.lib.iam
import data.lib.terraform as tf

types := {"aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"}

policies[address] := policy if {
	some type in types
	some address, policy in tf.of(type)
}

# Every allowance that is given to somebody: {policy, statement}.
given := [{"policy": policy, "statement": statement} |
	some policy in policies
	not is_boundary(policy)
	some statement in iam.allowed(policy)
]

# Those that bound: they give nothing, so that they may be wider.
bounding := [{"policy": policy, "statement": statement} |
	some policy in tf.of("aws_iam_policy")
	is_boundary(policy)
	some statement in iam.allowed(policy)
]

is_boundary(policy) if {
	policy.type == "aws_iam_policy"
	policy.values.name == boundary_name
}

# What names of things of the environment begin with.
prefix := concat("-", [tf.default_tags.project, tf.environment])

boundary_name := sprintf("%s-boundary", [prefix])

# Grants, given and bounding alike, that name an action of a service, or one with a wildcard.
about(service) := [all[i] | some name in {service, "*"}; some i in by_service[name]]

# {service: {index in `all`}}
by_service[service] contains i if {
	some i, grant in all
	some service in services_of(grant.statement)
}

services_of(statement) := {"*"} if {
	count(statement.patterns) > 0
} else := {split(action, ":")[0] | some action in statement.actions}

# The values that a condition operator wants of a key, as a list; of several such keys or operators, all.
wanted(statement, operators, key) := [value |
	some operator in operators
	some name, values in object.get(statement.conditions, operator, {})
	lower(name) == lower(key)
	some value in iam.listed(values)
]

# The account of an ARN, "" if it is another kind of text.
account_of(arn) := split(arn, ":")[4] if {
	regex.match(`^arn:[\w-]+:[\w-]*:[\w-]*:\d{12}:`, arn)
} else := ""

# Given and bounding alike.
all := array.concat(given, bounding)

# Resources that are everything, or everything of a service.
everything(resource) if resource == "*"

everything(resource) if regex.match(`^arn:[^:]*(:[^:]*:[^:]*:[^:]*:[*?/]*)?$`, resource)

everything(resource) if regex.match(`^arn:[^:]*:[^:]*[*?]`, resource)

# A role by name, in this account: nobody's else, and not whichever is made tomorrow.
is_named_role(arn) if regex.match(`^\$\{[^}]*aws_iam_role[^}]*arn\}$`, arn)

is_named_role(arn) if {
	account_of(arn) in tf.allowed.accounts
	regex.match(`^arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]+$`, arn)
}

# ARNs of a policy of ours, by its name.
policies_named(name) := {sprintf("arn:aws:iam::%s:policy/%s", [account, name]) | some account in tf.allowed.accounts}
