package accounts_are_guarded_test

import data.lib.example

whole := {
	"aws_vpc": {"v": {}},
	"aws_eks_cluster": {"r": {}},
	"aws_accessanalyzer_analyzer": {"a": {}},
	"aws_cloudtrail": {"t": {}},
	"aws_ebs_encryption_by_default": {"e": {"enabled": true}},
	"aws_ebs_snapshot_block_public_access": {"s": {"state": "block-all-sharing"}},
	"aws_ec2_image_block_public_access": {"i": {"state": "block-new-sharing"}},
	"aws_ec2_instance_metadata_defaults": {"m": {}},
	"aws_ecr_registry_scanning_configuration": {"c": {}},
	"aws_guardduty_detector": {"d": {}},
	"aws_iam_account_password_policy": {"p": {}},
	"aws_s3_account_public_access_block": {"b": {}},
}

anchors := {"aws_vpc", "aws_eks_cluster"}

fail(resource) := example.verdicts("accounts_are_guarded", {"resource": resource}).fail

test_no_guard_is_missing if {
	fail(whole) == set()
	fail({"aws_s3_bucket": {"b": {}}}) == set()
	every guard, _ in object.remove(whole, anchors) {
		fail(object.remove(whole, [guard])) == {"stack"}
	}
}

test_guards_are_on if {
	fail(object.union(whole, {"aws_ebs_encryption_by_default": {"e": {"enabled": false}}})) == {
		"aws_ebs_encryption_by_default.e",
	}
	fail(object.union(whole, {"aws_ebs_snapshot_block_public_access": {"s": {"state": "block-new-sharing"}}})) == {
		"aws_ebs_snapshot_block_public_access.s",
	}
	fail(object.union(whole, {"aws_ec2_image_block_public_access": {"i": {"state": "unblocked"}}})) == {
		"aws_ec2_image_block_public_access.i",
	}
}

# Two environments in one account: one of them sets what there is once, but each has its trail.
test_accounts_may_be_shared if {
	missing_of_two(object.filter(whole, anchors | {"aws_cloudtrail"})) == set()
	missing_of_two(object.filter(whole, anchors)) == {"aws_cloudtrail"}
}

missing_of_two(resource) := {f.value | some f in found; f.rule == "accounts_are_guarded"} if {
	both := object.union(example.allowed, {"environments": {"prod": {"accounts": ["111111111111"]}}})
	document := object.union(example.base, {"resource": resource})
	found := data.main.deny_logging with input as document with data.allowed as both
}
