package accounts_are_ours_test

import data.lib.example

ours := "arn:aws:iam::111111111111:root"

next := "arn:aws:iam::333333333333:root"

test_accounts_are_ours if {
	example.verdicts("accounts_are_ours", {"resource": {
		"aws_s3_bucket": {
			"ours": {"bucket": "groundway-dev-111111111111-data"},
			"uuid": {"bucket": "d9428888-122b-11e1-b85c-999999999999"},
			"number": {"size": 999999999999},
			"theirs": {"bucket": "groundway-dev-999999999999-data"},
		},
		"aws_sns_topic_policy": {
			"ours": {"policy": ours},
			"next": {"policy": next},
		},
		"aws_ecr_repository_policy": {
			"next": {"policy": next},
			"strangers": {"policy": "arn:aws:iam::999999999999:root"},
		},
		"aws_iam_role": {
			"promotion": {"name": "groundway-dev-promotion-reader", "assume_role_policy": next},
			"another": {"name": "groundway-dev-training", "assume_role_policy": next},
		},
	}}) == {
		"pass": {
			"aws_s3_bucket.ours",
			"aws_s3_bucket.uuid",
			"aws_s3_bucket.number",
			"aws_sns_topic_policy.ours",
			"aws_ecr_repository_policy.next",
			"aws_iam_role.promotion",
		},
		"fail": {
			"aws_s3_bucket.theirs",
			"aws_sns_topic_policy.next",
			"aws_ecr_repository_policy.strangers",
			"aws_iam_role.another",
		},
	}
}

in_accounts(accounts) := example.verdicts("accounts_are_ours", {"provider": {"aws": [object.union(
	example.base.provider.aws[0],
	{"allowed_account_ids": accounts},
)]}}).fail

test_the_provider_is_held_to_the_account if {
	in_accounts(["111111111111"]) == set()
	in_accounts([]) == {"stack"}
	in_accounts(["333333333333"]) == {"stack"}
	in_accounts(["111111111111", "333333333333"]) == {"stack"}
	unguarded := {"aws": [object.remove(example.base.provider.aws[0], ["allowed_account_ids"])]}
	example.configured("accounts_are_ours", {"provider": unguarded}).fail == {"stack"}
}
