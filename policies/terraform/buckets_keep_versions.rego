package main

import data.lib.terraform as tf

# METADATA
# title: Buckets keep former versions of their objects
# description: What is overwritten or deleted, by mistake or on purpose, can be had back - a model, a state, an export.
# custom:
#   severity: medium
#   controls: [AWS Security Hub S3.14, NIST 800-53 CP-9]
#   mend: Give the bucket an aws_s3_bucket_versioning with status "Enabled"; infra/buckets.py does.
#   types: [aws_s3_bucket, aws_s3_bucket_versioning]
#   breaks:
#     - {type: aws_s3_bucket_versioning, drop: true}
#     - {type: aws_s3_bucket_versioning, at: versioning_configuration.status, set: Suspended}
deny_storage contains tf.finding("buckets_keep_versions", bucket, found, "must have versioning enabled") if {
	some bucket in tf.of("aws_s3_bucket")
	found := [tf.at(v.values, ["versioning_configuration", "status"], null) |
		some v in tf.attached("aws_s3_bucket_versioning", "bucket", bucket)
	]
	not "Enabled" in found
}
