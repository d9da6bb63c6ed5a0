package passwords_are_strong_test

import data.lib.example

strong := {
	"minimum_password_length": 14,
	"password_reuse_prevention": 24,
	"require_lowercase_characters": true,
	"require_numbers": true,
	"require_symbols": true,
	"require_uppercase_characters": "true",
}

test_passwords_are_strong if {
	example.verdicts("passwords_are_strong", {"resource": {
		"aws_iam_policy": {"boundary": {"name": "groundway-dev-boundary"}},
		"aws_iam_account_password_policy": {
			"strong": strong,
			"short": object.union(strong, {"minimum_password_length": 13}),
			"used_again": object.remove(strong, ["password_reuse_prevention"]),
			"without_numbers": object.union(strong, {"require_numbers": false}),
			"unsaid": {},
		},
	}}) == {
		"pass": {"aws_iam_policy.boundary", "aws_iam_account_password_policy.strong"},
		"fail": {
			"aws_iam_account_password_policy.short",
			"aws_iam_account_password_policy.used_again",
			"aws_iam_account_password_policy.without_numbers",
			"aws_iam_account_password_policy.unsaid",
		},
	}
}

test_the_boundary_has_a_password_policy_beside_it if {
	example.verdicts("passwords_are_strong", {"resource": {"aws_iam_policy": {
		"boundary": {"name": "groundway-dev-boundary"},
		"another": {"name": "another"},
	}}}).fail == {"aws_iam_policy.boundary"}
}
