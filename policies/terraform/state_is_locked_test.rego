package state_is_locked_test

import data.lib.example

s3 := example.base.terraform.backend.s3

with_backend(backend) := example.configured("state_is_locked", {"terraform": {"backend": {"s3": backend}}}).fail

test_state_is_locked if {
	with_backend({}) == set()
	with_backend({"use_lockfile": false}) == {"stack"}
	with_backend({"bucket": "elsewhere"}) == {"stack"}
	with_backend({"key": "prod/example.tfstate"}) == {"stack"}
	with_backend({"key": "dev/another.tfstate"}) == {"stack"}
	with_backend({"region": "us-west-2"}) == {"stack"}
	with_backend({"kms_key_id": "alias/another"}) == {"stack"}
	with_backend({"encrypt": false}) == {"stack"}
}
