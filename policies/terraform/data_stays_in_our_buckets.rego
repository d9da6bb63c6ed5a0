package main

import data.lib.terraform as tf

# METADATA
# title: Results, features, bills and trails are written to buckets of our own account
# description: >-
#   One changed address, and all that is written later goes to somebody else. So a bucket is one of this stack or of
#   another one, or its name carries the account's number; a workgroup's callers cannot choose another.
# custom:
#   severity: high
#   controls: [NIST 800-53 AC-4]
#   mend: Hand the bucket over as infra/buckets.py's Bucket; keep enforce_workgroup_configuration = true.
#   types:
#     - aws_athena_workgroup
#     - aws_bcmdataexports_export
#     - aws_cloudtrail
#     - aws_glue_catalog_database
#     - aws_sagemaker_feature_group
#   breaks:
#     - {type: aws_athena_workgroup, at: configuration.result_configuration.output_location, set: "s3://elsewhere/"}
#     - {type: aws_athena_workgroup, at: configuration.result_configuration.output_location, remove: true}
#     - {type: aws_athena_workgroup, at: configuration.enforce_workgroup_configuration, set: false}
#     - {type: aws_athena_workgroup, at: configuration.result_configuration.expected_bucket_owner, set: "999999999999"}
#     - {type: aws_bcmdataexports_export, at: export.destination_configurations.s3_destination.s3_bucket,
#         set: elsewhere}
#     - {type: aws_cloudtrail, at: s3_bucket_name, set: elsewhere}
#     - {type: aws_glue_catalog_database, at: location_uri, set: "s3://elsewhere/offline/"}
#     - {type: aws_sagemaker_feature_group, at: offline_store_config.s3_storage_config.s3_uri, set: "s3://elsewhere/"}
deny_data contains tf.finding("data_stays_in_our_buckets", writer, place, "must be written to a bucket of our own") if {
	some type, path in places_of_data
	some writer in tf.of(type)
	place := tf.at(writer.values, path, null)
	not in_our_bucket(place)
}

deny_data contains tf.finding("data_stays_in_our_buckets", workgroup, enforced, message) if {
	some workgroup in tf.of("aws_athena_workgroup")
	enforced := tf.at(workgroup.values, ["configuration", "enforce_workgroup_configuration"], true)
	not enforced in {true, "true", null}
	message := "must not let callers choose where"
}

deny_data contains tf.finding("data_stays_in_our_buckets", workgroup, owner, "must expect a bucket of our account") if {
	some workgroup in tf.of("aws_athena_workgroup")
	owner := tf.at(workgroup.values, ["configuration", "result_configuration", "expected_bucket_owner"], null)
	not owner in tf.allowed.accounts
}

places_of_data := {
	"aws_athena_workgroup": ["configuration", "result_configuration", "output_location"],
	"aws_bcmdataexports_export": ["export", "destination_configurations", "s3_destination", "s3_bucket"],
	"aws_cloudtrail": ["s3_bucket_name"],
	"aws_glue_catalog_database": ["location_uri"],
	"aws_sagemaker_feature_group": ["offline_store_config", "s3_storage_config", "s3_uri"],
}

in_our_bucket(place) if {
	is_string(place)
	regex.match(`^(s3://)?\$\{(aws_s3_bucket\.|data\.terraform_remote_state\..*aws_s3_bucket)`, place)
}

in_our_bucket(place) if {
	is_string(place)
	bucket := split(trim_prefix(place, "s3://"), "/")[0]
	some account in tf.allowed.accounts
	contains(bucket, sprintf("-%s-", [account]))
}
