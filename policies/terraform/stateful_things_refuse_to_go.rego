package main

import data.lib.terraform as tf

# METADATA
# title: Terraform itself refuses to destroy what cannot be made again, where it matters
# description: >-
#   prevent_destroy stops a plan that would destroy or replace a bucket, key, table or registry, whoever made the
#   mistake. Plans are judged for it too; this stands even where no gate was run.
# custom:
#   severity: high
#   controls: [NIST 800-53 CP-9, NIST 800-53 SI-12]
#   mend: >-
#     Leave it to infra/protection.py, which protects the types of groundway.stateful; to retire something, say
#     GROUNDWAY_UNPROTECT=<environment>.
#   types:
#     - aws_bcmdataexports_export
#     - aws_cloudtrail
#     - aws_db_instance
#     - aws_dynamodb_table
#     - aws_ecr_repository
#     - aws_glue_catalog_database
#     - aws_kms_key
#     - aws_prometheus_workspace
#     - aws_s3_bucket
#     - aws_sagemaker_feature_group
#     - aws_sagemaker_model_package_group
#   breaks:
#     - {type: aws_s3_bucket, remove: lifecycle}
#     - {type: aws_kms_key, at: lifecycle.prevent_destroy, set: false}
#     - {type: aws_db_instance, at: lifecycle.prevent_destroy, remove: true}
#     - {type: aws_cloudtrail, remove: lifecycle}
#     - {type: aws_ecr_repository, at: lifecycle.prevent_destroy, set: "false"}
deny_change contains tf.finding("stateful_things_refuse_to_go", resource, lifecycle, "must have prevent_destroy") if {
	tf.configuration
	tf.protected
	some type in data.allowed.stateful
	some resource in tf.of(type)
	lifecycle := tf.block(resource.values, "lifecycle")
	not tf.yes(object.get(lifecycle, "prevent_destroy", false))
}
