package main

import data.lib.terraform as tf

# METADATA
# title: No bucket can be opened to the public, one by one and in the account as a whole
# description: >-
#   Whatever an access list or a bucket policy says by mistake, S3 refuses it while all four switches are on. The
#   account's own switches hold for buckets that somebody makes by hand, too.
# custom:
#   severity: critical
#   controls: [CIS AWS v3.0 2.1.4, AWS FSBP S3.1, AWS FSBP S3.8, NIST 800-53 AC-3]
#   mend: Make buckets with infra/buckets.py; all four arguments of a public access block must be true.
#   types: [aws_s3_bucket, aws_s3_bucket_public_access_block, aws_s3_account_public_access_block]
#   breaks:
#     - {type: aws_s3_bucket_public_access_block, drop: true}
#     - {type: aws_s3_bucket_public_access_block, at: block_public_acls, set: false}
#     - {type: aws_s3_bucket_public_access_block, at: block_public_policy, remove: true}
#     - {type: aws_s3_bucket_public_access_block, at: ignore_public_acls, set: false}
#     - {type: aws_s3_bucket_public_access_block, at: restrict_public_buckets, remove: true}
#     - {type: aws_s3_account_public_access_block, at: block_public_policy, set: false}
#     - {type: aws_s3_account_public_access_block, at: restrict_public_buckets, remove: true}
deny_storage contains tf.finding("buckets_are_private", block, off, "must have all four switches on") if {
	some type in {"aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"}
	some block in tf.of(type)
	off := {switch | some switch in public_access_switches; not tf.yes(object.get(block.values, switch, false))}
	count(off) > 0
}

deny_storage contains tf.finding("buckets_are_private", bucket, null, "must have a public access block") if {
	some bucket in tf.of("aws_s3_bucket")
	not bucket.address in closed_buckets
}

public_access_switches := {"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"}

closed_buckets contains address if {
	some block in tf.of("aws_s3_bucket_public_access_block")
	some address in tf.references(block, "bucket")
}
