package plans_keep_what_cannot_be_made_again_test

import data.lib.example

rule := "plans_keep_what_cannot_be_made_again"

change(type, name, actions) := {
	"address": sprintf("%s.%s", [type, name]),
	"type": type,
	"name": name,
	"mode": "managed",
	"change": {"actions": actions, "after": {}, "after_unknown": {}, "replace_paths": [["bucket"], ["rule", 0, "id"]]},
}

configuration(environment) := example.as_plan(object.union(example.base, {"provider": {"aws": [object.union(
	example.base.provider.aws[0],
	{"default_tags": [{"tags": object.union(example.tags, {"environment": environment})}]},
)]}})).configuration

plan(environment) := {"configuration": configuration(environment), "resource_changes": [
	change("aws_s3_bucket", "made", ["create"]),
	change("aws_s3_bucket", "changed", ["update"]),
	change("aws_s3_bucket", "same", ["no-op"]),
	change("aws_s3_bucket", "destroyed", ["delete"]),
	change("aws_s3_bucket", "replaced", ["delete", "create"]),
	change("aws_s3_bucket", "replaced_later", ["create", "delete"]),
	change("aws_s3_bucket", "forgotten", ["forget"]),
	change("aws_subnet", "replaced", ["delete", "create"]),
]}

test_plans_keep_what_cannot_be_made_again if {
	example.planned(rule, plan("prod")).fail == {
		"aws_s3_bucket.destroyed",
		"aws_s3_bucket.replaced",
		"aws_s3_bucket.replaced_later",
		"aws_s3_bucket.forgotten",
	}
}

test_where_it_does_not_matter_they_may_go if {
	example.planned(rule, plan("dev")).fail == set()
	said := example.planned(rule, plan("prod")) with data.unprotected as ["prod"]
	said.fail == set()
}

test_the_argument_that_forces_it_is_named if {
	found := data.main.deny_change with input as plan("prod") with data.allowed as example.allowed
	some f in found
	f.address == "aws_s3_bucket.replaced"
	endswith(f.msg, "would be replaced because of bucket, rule.0.id")
}
