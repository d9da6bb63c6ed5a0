package states_are_read_at_home_test

import data.lib.example

state := {
	"backend": "s3",
	"config": {"bucket": "groundway-state-111111111111", "key": "dev/foundation.tfstate", "region": "eu-west-1"},
	"workspace": "${terraform.workspace}",
}

judged(state) := example.configured(
	"states_are_read_at_home",
	{"data": {"terraform_remote_state": {"foundation": state}}},
).fail

changed(change) := judged(object.union(state, change))

test_states_are_read_at_home if {
	judged(state) == set()
	changed({"config": {"bucket": "groundway-state-333333333333"}}) == {"stack"}
	changed({"config": {"key": "prod/foundation.tfstate"}}) == {"stack"}
	changed({"config": {"key": "dev/../prod/foundation.tfstate"}}) == {"stack"}
	changed({"config": {"region": "us-east-1"}}) == {"stack"}
	changed({"config": {"endpoint": "https://example.org"}}) == {"stack"}
	changed({"backend": "http"}) == {"stack"}
	changed({"workspace": "prod"}) == {"stack"}
	changed({"defaults": {"vpc": "vpc-1"}}) == {"stack"}
	judged({}) == {"stack"}
}
