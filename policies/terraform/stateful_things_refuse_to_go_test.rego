package stateful_things_refuse_to_go_test

import data.lib.example

prod := {"provider": {"aws": [object.union(example.base.provider.aws[0], {"default_tags": [{"tags": object.union(
	example.tags,
	{"environment": "prod"},
)}]})]}}

stack := {"resource": {
	"aws_s3_bucket": {
		"kept": {"lifecycle": {"prevent_destroy": true}},
		"in_a_list": {"lifecycle": [{"prevent_destroy": true}]},
		"unsaid": {},
		"may_go": {"lifecycle": {"prevent_destroy": false}},
		"something_else": {"lifecycle": {"create_before_destroy": true}},
	},
	"aws_subnet": {"made_again": {}},
}}

test_stateful_things_refuse_to_go if {
	example.configured("stateful_things_refuse_to_go", object.union(stack, prod)) == {
		"pass": {"aws_s3_bucket.kept", "aws_s3_bucket.in_a_list", "aws_subnet.made_again"},
		"fail": {"aws_s3_bucket.unsaid", "aws_s3_bucket.may_go", "aws_s3_bucket.something_else"},
	}
}

test_where_it_does_not_matter_they_may_go if example.configured("stateful_things_refuse_to_go", stack).fail == set()

test_or_where_somebody_said_so if {
	said := example.configured("stateful_things_refuse_to_go", object.union(stack, prod)) with data.unprotected as ["prod"]
	said.fail == set()
}
