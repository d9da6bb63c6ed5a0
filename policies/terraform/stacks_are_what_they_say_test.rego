package stacks_are_what_they_say_test

import data.lib.example

judged(stack) := example.configured("stacks_are_what_they_say", stack).fail

test_stacks_are_what_they_say if {
	judged({"output": {"id": {}}, "moved": [], "data": {"terraform_remote_state": {}}}) == set()
	judged({"module": {"more": {}}}) == {"stack"}
	judged({"variable": {"open": {}}}) == {"stack"}
	judged({"locals": {"open": true}}) == {"stack"}
	judged({"terraform": {"cloud": {}}}) == {"stack"}
	judged({"terraform": {"required_version": ">= 1.10"}}) == set()
	judged({"data": {"external": {"run": {}}}}) == {"stack"}
	judged({"data": {"http": {"look": {}}}}) == {"stack"}
}

test_resources_are_written_out if {
	judged({"resource": {"aws_s3_bucket": {
		"plain": {"bucket": "x", "depends_on": ["aws_kms_key.x"]},
		"runs": {"provisioner": [{"local-exec": {"command": "id"}}]},
		"many": {"count": 2},
		"some": {"for_each": "${toset([1])}"},
		"decided_later": {"dynamic": {"rule": {}}},
		"connects": {"connection": {"host": "example.org"}},
	}}}) == {
		"aws_s3_bucket.runs",
		"aws_s3_bucket.many",
		"aws_s3_bucket.some",
		"aws_s3_bucket.decided_later",
		"aws_s3_bucket.connects",
	}
}

test_resources_are_of_aws if {
	example.verdicts("stacks_are_what_they_say", {"resource": {
		"aws_s3_bucket": {"ours": {}},
		"null_resource": {"runs": {}},
		"terraform_data": {"runs": {}},
	}}) == {"pass": {"aws_s3_bucket.ours"}, "fail": {"null_resource.runs", "terraform_data.runs"}}
}

test_plans_call_no_modules if {
	calling := {"configuration": {"root_module": {"module_calls": {"more": {}}}}}
	example.planned("stacks_are_what_they_say", {}).fail == set()
	example.planned("stacks_are_what_they_say", calling).fail == {"stack"}
}
