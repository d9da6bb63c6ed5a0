package main

import data.lib.terraform as tf

# METADATA
# title: Disks, outputs and captured requests of machine learning are encrypted with keys of ours
# description: >-
#   Training data lands on the volumes of jobs, requests with what people sent in the capture of an endpoint. With a key
#   of ours, who may read them is decided in one place, and can be taken back.
# custom:
#   severity: high
#   controls: [NIST 800-53 SC-12, NIST 800-53 SC-28]
#   mend: Name a key made with infra/keys.py; "alias/aws/..." are AWS's own.
#   types:
#     - aws_sagemaker_data_quality_job_definition
#     - aws_sagemaker_domain
#     - aws_sagemaker_endpoint_configuration
#     - aws_sagemaker_notebook_instance
#   breaks:
#     - insert: {aws_sagemaker_domain: {domain_name: x, app_network_access_type: VpcOnly}}
#     - insert: {aws_sagemaker_domain: {domain_name: x, kms_key_id: alias/aws/elasticfilesystem}}
#     - insert: {aws_sagemaker_endpoint_configuration: {name: x, production_variants: [{instance_type: ml.g5.xlarge}]}}
#     - insert:
#         aws_sagemaker_endpoint_configuration:
#           name: x
#           kms_key_arn: "${aws_kms_key.x.arn}"
#           data_capture_config: {destination_s3_uri: "s3://x", initial_sampling_percentage: 10}
#     - insert: {aws_sagemaker_notebook_instance: {name: x, instance_type: ml.m7i.large}}
#     - insert: {aws_sagemaker_data_quality_job_definition: {name: x,
#         job_resources: {cluster_config: {volume_size_in_gb: 9}}}}
deny_ml contains tf.finding("machine_learning_is_encrypted", holder, {path: key}, message) if {
	some type, paths in ml_keys
	some holder in tf.of(type)
	some path in paths
	ml_key_wanted(holder.values, path)
	key := tf.at(holder.values, path, null)
	not ml_key_of_ours(key)
	message := "must be encrypted with a key of ours"
}

ml_keys := {
	"aws_sagemaker_data_quality_job_definition": [
		["data_quality_job_output_config", "kms_key_id"],
		["job_resources", "cluster_config", "volume_kms_key_id"],
	],
	"aws_sagemaker_domain": [["kms_key_id"]],
	"aws_sagemaker_endpoint_configuration": [
		["kms_key_arn"],
		["data_capture_config", "kms_key_id"],
		["async_inference_config", "output_config", "kms_key_id"],
	],
	"aws_sagemaker_notebook_instance": [["kms_key_id"]],
}

# What an endpoint does not capture or write needs no key.
ml_key_wanted(values, path) if tf.block(values, path[0]) != {}

ml_key_wanted(_, path) if not path[0] in {"async_inference_config", "data_capture_config"}

ml_key_of_ours(key) if tf.is_reference(key)

ml_key_of_ours(key) if {
	is_string(key)
	regex.match(`^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key/`, key)
}
