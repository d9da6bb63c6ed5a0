package main

import data.lib.terraform as tf

# METADATA
# title: Buckets drop old versions and broken uploads after a time
# description: >-
#   Every bucket keeps versions, so without a term nothing is ever gone: what must be forgotten is kept, and paid for.
#   The parts of an upload that was broken off are not even listed.
# custom:
#   severity: low
#   controls: [AWS Security Hub S3.10, AWS FSBP S3.13, NIST 800-53 SI-12]
#   mend: Make buckets with infra/buckets.py; its first lifecycle rule holds for the whole bucket.
#   types: [aws_s3_bucket, aws_s3_bucket_lifecycle_configuration]
#   breaks:
#     - {type: aws_s3_bucket_lifecycle_configuration, drop: true}
#     - {type: aws_s3_bucket_lifecycle_configuration, at: rule.0.status, set: Disabled}
#     - {type: aws_s3_bucket_lifecycle_configuration, at: rule.0.filter.prefix, set: some/}
#     - {type: aws_s3_bucket_lifecycle_configuration, at: rule.0.abort_incomplete_multipart_upload, remove: true}
#     - {type: aws_s3_bucket_lifecycle_configuration, at: rule.0.noncurrent_version_expiration, remove: true}
deny_storage contains tf.finding("buckets_are_tidied", bucket, missing, message) if {
	some bucket in tf.of("aws_s3_bucket")
	missing := tidying_terms - object.get(terms_of_buckets, bucket.address, set())
	count(missing) > 0
	message := "must have lifecycle rules for the whole bucket"
}

tidying_terms := {
	["abort_incomplete_multipart_upload", "days_after_initiation"],
	["noncurrent_version_expiration", "noncurrent_days"],
}

terms_of_buckets[address] contains term if {
	some lifecycle in tf.of("aws_s3_bucket_lifecycle_configuration")
	some rule in tf.blocks(lifecycle.values, "rule")
	rule.status == "Enabled"
	holds_for_whole_bucket(tf.block(rule, "filter"))
	holds_for_whole_bucket({"prefix": object.get(rule, "prefix", null)})
	some term in tidying_terms
	tf.at(rule, term, 0) > 0
	some address in tf.references(lifecycle, "bucket")
}

# A plan does not know what is left out.
holds_for_whole_bucket(filter) if every _, narrowing in filter {
	narrowing in {null, "", [], "${known after apply}"}
}
