package buckets_keep_versions_test

import data.lib.example

test_buckets_keep_versions if {
	example.verdicts("buckets_keep_versions", {"resource": {
		"aws_s3_bucket": {"kept": {}, "suspended": {}, "forgotten": {}},
		"aws_s3_bucket_versioning": {
			"kept": {
				"bucket": "${aws_s3_bucket.kept.bucket}",
				"versioning_configuration": {"status": "Enabled"},
			},
			"suspended": {
				"bucket": "${aws_s3_bucket.suspended.bucket}",
				"versioning_configuration": {"status": "Suspended"},
			},
		},
	}}) == {
		"pass": {"aws_s3_bucket.kept", "aws_s3_bucket_versioning.kept", "aws_s3_bucket_versioning.suspended"},
		"fail": {"aws_s3_bucket.suspended", "aws_s3_bucket.forgotten"},
	}
}
