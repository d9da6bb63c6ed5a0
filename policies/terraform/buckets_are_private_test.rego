package buckets_are_private_test

import data.lib.example

on := {
	"block_public_acls": true,
	"block_public_policy": true,
	"ignore_public_acls": true,
	"restrict_public_buckets": true,
}

test_buckets_are_private if {
	example.verdicts("buckets_are_private", {"resource": {
		"aws_s3_bucket": {"closed": {}, "open": {}, "named_only": {}},
		"aws_s3_bucket_public_access_block": {
			"closed": object.union(on, {"bucket": "${aws_s3_bucket.closed.bucket}"}),
			"of_a_name": object.union(on, {"bucket": "named_only"}),
		},
	}}) == {
		"pass": {
			"aws_s3_bucket.closed",
			"aws_s3_bucket_public_access_block.closed",
			"aws_s3_bucket_public_access_block.of_a_name",
		},
		"fail": {"aws_s3_bucket.open", "aws_s3_bucket.named_only"},
	}
}

test_every_switch_counts if {
	example.verdicts("buckets_are_private", {"resource": {
		"aws_s3_bucket_public_access_block": {
			"on": on,
			"block_public_acls": object.remove(on, ["block_public_acls"]),
			"block_public_policy": object.union(on, {"block_public_policy": false}),
			"ignore_public_acls": object.union(on, {"ignore_public_acls": null}),
			"restrict_public_buckets": object.union(on, {"restrict_public_buckets": "false"}),
		},
		"aws_s3_account_public_access_block": {"on": on, "unsaid": {}},
	}}) == {
		"pass": {"aws_s3_bucket_public_access_block.on", "aws_s3_account_public_access_block.on"},
		"fail": {
			"aws_s3_bucket_public_access_block.block_public_acls",
			"aws_s3_bucket_public_access_block.block_public_policy",
			"aws_s3_bucket_public_access_block.ignore_public_acls",
			"aws_s3_bucket_public_access_block.restrict_public_buckets",
			"aws_s3_account_public_access_block.unsaid",
		},
	}
}
