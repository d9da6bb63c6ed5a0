package buckets_are_encrypted_test

import data.lib.example

encrypted(bucket, algorithm) := {
	"bucket": sprintf("${aws_s3_bucket.%s.bucket}", [bucket]),
	"rule": [{"apply_server_side_encryption_by_default": {"sse_algorithm": algorithm}}],
}

test_buckets_are_encrypted if {
	example.verdicts("buckets_are_encrypted", {"resource": {
		"aws_s3_bucket": {"kms": {}, "own_key_of_s3": {}, "bill": {}, "bill_in_plain": {}, "bare": {}, "ruleless": {}},
		"aws_s3_bucket_server_side_encryption_configuration": {
			"kms": encrypted("kms", "aws:kms"),
			"own_key_of_s3": encrypted("own_key_of_s3", "AES256"),
			"bill": encrypted("bill", "AES256"),
			"bill_in_plain": encrypted("bill_in_plain", "none"),
			"ruleless": {"bucket": "${aws_s3_bucket.ruleless.bucket}"},
		},
		"aws_bcmdataexports_export": {
			"cur": {"export": {"destination_configurations": {"s3": {"s3_bucket": "${aws_s3_bucket.bill.bucket}"}}}},
			"focus": {"export": {"destination_configurations": {"s3": {"s3_bucket": "${aws_s3_bucket.bill_in_plain.id}"}}}},
		},
	}}).fail == {
		"aws_s3_bucket.own_key_of_s3",
		"aws_s3_bucket.bill_in_plain",
		"aws_s3_bucket.bare",
		"aws_s3_bucket.ruleless",
	}
}
