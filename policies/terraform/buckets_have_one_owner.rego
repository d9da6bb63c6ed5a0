package main

import data.lib.terraform as tf

# METADATA
# title: Buckets know no access lists, the account owns every object, and nothing is a web site
# description: >-
#   An access list on one object is out of every policy's sight. Where the bucket's owner is enforced there are none,
#   and what another account writes is ours. A web site serves without TLS, to everybody.
# custom:
#   severity: high
#   controls: [AWS FSBP S3.12, NIST 800-53 AC-3]
#   mend: Make buckets with infra/buckets.py, and let bucket policies say who may read.
#   types:
#     - aws_s3_bucket
#     - aws_s3_bucket_acl
#     - aws_s3_bucket_ownership_controls
#     - aws_s3_bucket_website_configuration
#     - aws_s3_object
#     - aws_s3_object_copy
#   breaks:
#     - {type: aws_s3_bucket_ownership_controls, drop: true}
#     - {type: aws_s3_bucket_ownership_controls, at: rule.object_ownership, set: ObjectWriter}
#     - {type: aws_s3_bucket_ownership_controls, at: rule.object_ownership, set: BucketOwnerPreferred}
#     - {type: aws_s3_bucket, at: acl, set: public-read}
#     - {type: aws_s3_bucket, at: grant, set: [{type: Group, permissions: [READ]}]}
#     - {type: aws_s3_bucket, at: website, set: {index_document: index.html}}
#     - {insert: {aws_s3_bucket_acl: {bucket: groundway-dev-111111111111-data, acl: public-read}}}
#     - {insert: {aws_s3_object: {bucket: groundway-dev-111111111111-data, key: a, acl: public-read}}}
#     - insert:
#         aws_s3_bucket_website_configuration:
#           bucket: groundway-dev-111111111111-data
#           index_document: {suffix: index.html}
deny_storage contains tf.finding("buckets_have_one_owner", bucket, owners, "must enforce the bucket's owner") if {
	some bucket in tf.of("aws_s3_bucket")
	owners := object.get(ownership_of_buckets, bucket.address, set())
	owners != {"BucketOwnerEnforced"}
}

deny_storage contains tf.finding("buckets_have_one_owner", shared, {attribute: value}, message) if {
	some type in {"aws_s3_bucket", "aws_s3_object", "aws_s3_object_copy"}
	some shared in tf.of(type)
	some attribute in {"acl", "grant", "website"}
	value := object.get(shared.values, attribute, null)
	not value in {null, [], "${known after apply}", "private", "bucket-owner-full-control"}
	message := "must not be opened besides its policy"
}

deny_storage contains tf.finding("buckets_have_one_owner", opening, null, message) if {
	some type in {"aws_s3_bucket_acl", "aws_s3_bucket_website_configuration"}
	some opening in tf.of(type)
	message := "must not be: a bucket's policy says who may read it"
}

ownership_of_buckets[address] contains tf.at(controls.values, ["rule", "object_ownership"], null) if {
	some controls in tf.of("aws_s3_bucket_ownership_controls")
	some address in tf.references(controls, "bucket")
}
