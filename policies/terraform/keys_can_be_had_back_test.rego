package keys_can_be_had_back_test

import data.lib.example

keys := {"resource": {"aws_kms_key": {
	"month": {"deletion_window_in_days": 30},
	"unsaid": {},
	"read_back": {"deletion_window_in_days": null, "is_enabled": null},
	"week": {"deletion_window_in_days": 7},
	"day": {"deletion_window_in_days": 1},
	"text": {"deletion_window_in_days": "soon"},
	"disabled": {"is_enabled": false},
}}}

in_prod := {"provider": {"aws": [{
	"region": "eu-west-1",
	"allowed_account_ids": ["333333333333"],
	"default_tags": [{"tags": object.union(example.tags, {"environment": "prod"})}],
}]}}

test_a_week_in_dev if {
	example.verdicts("keys_can_be_had_back", keys).fail == {"aws_kms_key.day", "aws_kms_key.text", "aws_kms_key.disabled"}
}

test_a_month_where_protected if {
	example.verdicts("keys_can_be_had_back", object.union(in_prod, keys)) == {
		"pass": {"aws_kms_key.month", "aws_kms_key.unsaid", "aws_kms_key.read_back"},
		"fail": {"aws_kms_key.week", "aws_kms_key.day", "aws_kms_key.text", "aws_kms_key.disabled"},
	}
}
