package main

import data.lib.terraform as tf

# METADATA
# title: Buckets encrypt with KMS, or with S3's own key where only the bill is kept
# description: >-
#   With KMS, reading an object takes the right to use the key as well, and every use is in the trail. Data Exports can
#   only write to a bucket with S3's own key, so the bucket that an export of the bill goes to may have that.
# custom:
#   severity: high
#   controls: [AWS Security Hub S3.17, NIST 800-53 SC-28]
#   mend: Give BucketProps (infra/buckets.py) a key_arn; only the bucket of infra/billing.py goes without.
#   types: [aws_s3_bucket, aws_s3_bucket_server_side_encryption_configuration]
#   breaks:
#     - {type: aws_s3_bucket_server_side_encryption_configuration, drop: true}
#     - type: aws_s3_bucket_server_side_encryption_configuration
#       at: rule.apply_server_side_encryption_by_default
#       remove: true
#     - type: aws_s3_bucket_server_side_encryption_configuration
#       at: rule.apply_server_side_encryption_by_default.sse_algorithm
#       set: none
deny_storage contains tf.finding("buckets_are_encrypted", bucket, algorithms, "must be encrypted by KMS") if {
	some bucket in tf.of("aws_s3_bucket")
	algorithms := object.get(encryption_of_buckets, bucket.address, set())
	not count(algorithms - sound_algorithms(bucket)) == 0
}

deny_storage contains tf.finding("buckets_are_encrypted", bucket, null, "must have its encryption configured") if {
	some bucket in tf.of("aws_s3_bucket")
	not encryption_of_buckets[bucket.address]
}

encryption_of_buckets[address] contains algorithm if {
	some encryption in tf.of("aws_s3_bucket_server_side_encryption_configuration")
	algorithm := tf.at(encryption.values, ["rule", "apply_server_side_encryption_by_default", "sse_algorithm"], null)
	some address in tf.references(encryption, "bucket")
}

sound_algorithms(bucket) := {"aws:kms", "aws:kms:dsse", "AES256"} if {
	bucket.address in holders_of_the_bill
} else := {"aws:kms", "aws:kms:dsse"}

holders_of_the_bill contains address if {
	some export in tf.of("aws_bcmdataexports_export")
	some address in tf.references(export, "export")
}
