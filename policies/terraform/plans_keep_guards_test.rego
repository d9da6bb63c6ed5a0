package plans_keep_guards_test

import data.lib.example

change(type, name, actions) := {
	"address": sprintf("%s.%s", [type, name]),
	"type": type,
	"name": name,
	"mode": "managed",
	"change": {"actions": actions, "after": {}, "after_unknown": {}},
}

configuration(environment) := example.as_plan(object.union(example.base, {"provider": {"aws": [object.union(
	example.base.provider.aws[0],
	{"default_tags": [{"tags": object.union(example.tags, {"environment": environment})}]},
)]}})).configuration

plan(environment) := {"configuration": configuration(environment), "resource_changes": [
	change("aws_guardduty_detector", "made", ["create"]),
	change("aws_guardduty_detector", "changed", ["update"]),
	change("aws_guardduty_detector", "destroyed", ["delete"]),
	change("aws_iam_policy", "replaced", ["delete", "create"]),
	change("aws_iam_policy", "forgotten", ["forget"]),
	change("aws_subnet", "destroyed", ["delete"]),
]}

test_plans_keep_guards if {
	example.planned("plans_keep_guards", plan("prod")).fail == {
		"aws_guardduty_detector.destroyed",
		"aws_iam_policy.replaced",
		"aws_iam_policy.forgotten",
	}
	example.planned("plans_keep_guards", plan("dev")).fail == set()
}
