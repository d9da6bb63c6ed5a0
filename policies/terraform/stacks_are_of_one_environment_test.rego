package stacks_are_of_one_environment_test

import data.lib.example

judged(stack) := example.configured("stacks_are_of_one_environment", stack).fail

test_stacks_are_of_one_environment if {
	judged({}) == set()
	judged({"//": {"metadata": {"stackName": "prod-example"}}}) == {"stack"}
	judged({"terraform": {"backend": {"s3": {"key": "prod/example.tfstate"}}}}) == {"stack"}
	judged({"terraform": {"backend": {"s3": {"key": "development/example.tfstate"}}}}) == {"stack"}
}

provider(account, environment) := {"provider": {"aws": [object.union(example.base.provider.aws[0], {
	"allowed_account_ids": [account],
	"default_tags": [{"tags": object.union(example.tags, {"environment": environment})}],
})]}}

test_tags_and_accounts_agree if {
	example.verdicts("stacks_are_of_one_environment", provider("111111111111", "dev")).fail == set()
	example.verdicts("stacks_are_of_one_environment", provider("333333333333", "dev")).fail == {"stack"}
	judged(provider("111111111111", "prod")) == {"stack"}
}

test_resources_are_named_after_their_environment if {
	example.verdicts("stacks_are_of_one_environment", {"resource": {"aws_iam_role": {
		"ours": {"name": "groundway-dev-training", "description": "unlike groundway-production"},
		"any": {"name": "any", "assume_role_policy": "arn:aws:iam::333333333333:role/groundway-*-pipelines"},
		"theirs": {"name": "groundway-prod-training"},
		"reads_theirs": {"name": "ours", "policy": "parameter/groundway/prod/platform"},
	}}}) == {
		"pass": {"aws_iam_role.ours", "aws_iam_role.any"},
		"fail": {"aws_iam_role.theirs", "aws_iam_role.reads_theirs"},
	}
}
