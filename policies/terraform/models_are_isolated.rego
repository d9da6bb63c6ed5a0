package main

import data.lib.terraform as tf

# METADATA
# title: Containers of models make no calls of their own, and those of a job talk to each other encrypted
# description: >-
#   A model is code that somebody else wrote, loaded with our credentials around it. Isolated, it gets its input and
#   gives its output, and can neither call home nor take the role's credentials along.
# custom:
#   severity: high
#   controls: [AWS FSBP SageMaker.5, NIST 800-53 SC-7, NIST 800-53 SC-8]
#   mend: >-
#     Set enable_network_isolation = true; for jobs that watch data also enable_inter_container_traffic_encryption, both
#     in network_config.
#   types: [aws_sagemaker_data_quality_job_definition, aws_sagemaker_model]
#   breaks:
#     - insert: {aws_sagemaker_model: {name: x, vpc_config: {subnets: [subnet-1], security_group_ids: [sg-1]}}}
#     - insert: {aws_sagemaker_model: {name: x, enable_network_isolation: false}}
#     - insert: {aws_sagemaker_data_quality_job_definition: {name: x, network_config: {enable_network_isolation: true}}}
#     - insert:
#         aws_sagemaker_data_quality_job_definition:
#           {name: x, network_config: {enable_inter_container_traffic_encryption: true}}
deny_ml contains tf.finding("models_are_isolated", model, isolated, "must be isolated from the network") if {
	some model in tf.of("aws_sagemaker_model")
	isolated := object.get(model.values, "enable_network_isolation", null)
	not tf.yes(isolated)
}

deny_ml contains tf.finding("models_are_isolated", job, place, message) if {
	some job in tf.of("aws_sagemaker_data_quality_job_definition")
	place := tf.block(job.values, "network_config")
	some want in ["enable_inter_container_traffic_encryption", "enable_network_isolation"]
	not tf.yes(object.get(place, want, null))
	message := "must be isolated, and encrypt what its containers say"
}
