# Policy documents inside resources, each statement in one shape: what may be one value or a list is a list.
package lib.iam

# {attribute: document} of what a resource holds as JSON text with statements.
documents(resource) := {attribute: document |
	some attribute, text in resource.values
	is_string(text)
	startswith(trim_space(text), "{")
	json.is_valid(text)
	document := json.unmarshal(text)
	document.Statement
}

# Statements of all documents of a resource:
# {attribute, sid, effect, actions, patterns, excluded_actions, resources, excluded_resources, principals,
# excluded_principals, conditions}. Actions are in lower case, patterns those of them that hold a wildcard; principals
# are {kind: [who]}, {"*": ["*"]} for everybody.
statements(resource) := [statement |
	some attribute, document in documents(resource)
	some written in listed(document.Statement)
	text := lower(json.marshal(listed(object.get(written, "Action", []))))
	actions := json.unmarshal(text)
	statement := {
		"attribute": attribute,
		"sid": object.get(written, "Sid", ""),
		"effect": object.get(written, "Effect", ""),
		"actions": actions,
		"patterns": patterns_in(actions, text),
		"excluded_actions": lowered(listed(object.get(written, "NotAction", []))),
		"resources": listed(object.get(written, "Resource", [])),
		"excluded_resources": listed(object.get(written, "NotResource", [])),
		"principals": principals(object.get(written, "Principal", {})),
		"excluded_principals": principals(object.get(written, "NotPrincipal", {})),
		"conditions": object.get(written, "Condition", {}),
	}
]

allowed(resource) := [s | some s in statements(resource); s.effect == "Allow"]

denied(resource) := [s | some s in statements(resource); s.effect == "Deny"]

# All at once, which is faster than one by one.
lowered(texts) := json.unmarshal(lower(json.marshal(texts)))

patterns_in(actions, text) := [a | regex.match(`[*?]`, text); some a in actions; regex.match(`[*?]`, a)]

listed(value) := value if {
	is_array(value)
} else := [value]

principals(written) := {kind: listed(who) | some kind, who in written} if is_object(written)

principals(written) := {written: [written]} if is_string(written)

# Condition keys of a statement, in lower case, with their values: {key: {value}}.
condition_values(statement) := {lower(key): values |
	some _, keys in statement.conditions
	some key, _ in keys
	values := {v | some op, ks in statement.conditions; some k, vs in ks; k == key; some v in listed(vs)}
}

# Whether an action pattern of AWS (`s3:Get*`) covers an action; both in lower case.
covers(pattern, action) if {
	pattern == action
} else if {
	regex.match(`[*?]`, pattern)
	glob.match(pattern, [], action)
}

# Whether a statement is about an action, which is in lower case.
names(statement, action) if {
	action in statement.actions
} else if {
	some pattern in statement.patterns
	glob.match(pattern, [], action)
}

is_everybody(principal_map) if {
	some kind in {"*", "AWS"}
	"*" in object.get(principal_map, kind, [])
}
