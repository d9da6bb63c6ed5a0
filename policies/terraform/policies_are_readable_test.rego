package policies_are_readable_test

import data.lib.example

statement := {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::groundway-dev-data/*"}

document(parts) := {"policy": json.marshal(object.union({"Version": "2012-10-17", "Statement": [statement]}, parts))}

test_policies_are_readable if {
	example.verdicts("policies_are_readable", {"resource": {
		"aws_iam_policy": {
			"list": document({}),
			"one": document({"Statement": statement}),
			"prose": {"policy": "Allow everything"},
			"missing": {},
			"old": document({"Version": "2008-10-17"}),
			"empty": document({"Statement": []}),
			"other_element": document({"statement": []}),
			"small_effect": document({"Statement": [object.union(statement, {"Effect": "allow"})]}),
			"other_key": document({"Statement": [object.union(statement, {"action": "s3:*"})]}),
			"no_action": document({"Statement": [object.remove(statement, ["Action"])]}),
			"both_actions": document({"Statement": [object.union(statement, {"NotAction": "s3:*"})]}),
		},
		"aws_kms_key": {"unsaid": {}, "prose": {"policy": "Allow everything"}},
		"aws_sqs_queue_policy": {"said": document({}), "unsaid": {}},
	}}) == {
		"pass": {
			"aws_iam_policy.list",
			"aws_iam_policy.one",
			"aws_kms_key.unsaid",
			"aws_sqs_queue_policy.said",
		},
		"fail": {
			"aws_iam_policy.prose",
			"aws_iam_policy.missing",
			"aws_iam_policy.old",
			"aws_iam_policy.empty",
			"aws_iam_policy.other_element",
			"aws_iam_policy.small_effect",
			"aws_iam_policy.other_key",
			"aws_iam_policy.no_action",
			"aws_iam_policy.both_actions",
			"aws_kms_key.prose",
			"aws_sqs_queue_policy.unsaid",
		},
	}
}

test_policies_are_written_where_they_are_used if {
	role := {"assume_role_policy": document({}).policy}
	example.configured("policies_are_readable", {"resource": {
		"aws_iam_policy": {"elsewhere": {"policy": "${data.aws_iam_policy_document.elsewhere.json}"}},
		"aws_iam_role": {
			"plain": object.union(role, {"inline_policy": []}),
			"inline": object.union(role, {"inline_policy": [{"name": "more", "policy": "{}"}]}),
			"managed": object.union(role, {"managed_policy_arns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}),
		},
	}}) == {
		"pass": {"aws_iam_role.plain"},
		"fail": {"aws_iam_policy.elsewhere", "aws_iam_role.inline", "aws_iam_role.managed"},
	}
}

# AWS's own policy stands in the plan of an endpoint whose configuration says none; one that is said is judged.
test_what_a_plan_reads_back_is_not_judged if {
	example.planned("policies_are_readable", {
		"resource_changes": [read_back("unsaid"), read_back("said")],
		"configuration": {"root_module": {"resources": [
			{"type": "aws_vpc_endpoint", "name": "unsaid", "expressions": {}},
			{"type": "aws_vpc_endpoint", "name": "said", "expressions": {"policy": {}}},
		]}},
	}) == {"pass": {"aws_vpc_endpoint.unsaid"}, "fail": {"aws_vpc_endpoint.said"}}
}

read_back(name) := {
	"address": concat(".", ["aws_vpc_endpoint", name]),
	"type": "aws_vpc_endpoint",
	"name": name,
	"mode": "managed",
	"change": {
		"actions": ["no-op"],
		"after": document({"Version": "2008-10-17"}),
		"after_unknown": {},
	},
}
