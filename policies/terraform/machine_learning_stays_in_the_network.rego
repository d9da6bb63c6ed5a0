package main

import data.lib.terraform as tf

# METADATA
# title: Notebooks, studios, models and their jobs run in the VPC, without a way of their own to the internet
# description: >-
#   SageMaker's own network has the internet and none of our endpoints, flow logs or security groups. What trains on our
#   data could send it anywhere, and nothing here would see it.
# custom:
#   severity: high
#   controls: [AWS FSBP SageMaker.1, AWS FSBP SageMaker.2, NIST 800-53 SC-7, NIST 800-53 AC-4]
#   mend: >-
#     Name subnets and security groups (vpc_config), for notebooks a subnet and direct_internet_access = "Disabled", for
#     domains app_network_access_type = "VpcOnly".
#   types:
#     - aws_sagemaker_data_quality_job_definition
#     - aws_sagemaker_domain
#     - aws_sagemaker_model
#     - aws_sagemaker_notebook_instance
#   breaks:
#     - insert: {aws_sagemaker_model: {name: x, enable_network_isolation: true}}
#     - insert: {aws_sagemaker_model: {name: x, vpc_config: {subnets: [subnet-1], security_group_ids: []}}}
#     - insert: {aws_sagemaker_notebook_instance: {name: x, subnet_id: subnet-1, security_groups: [sg-1]}}
#     - insert: {aws_sagemaker_notebook_instance: {name: x, direct_internet_access: Disabled}}
#     - insert: {aws_sagemaker_domain: {domain_name: x, auth_mode: SSO}}
#     - insert: {aws_sagemaker_domain: {domain_name: x, app_network_access_type: PublicInternetOnly}}
#     - insert: {aws_sagemaker_data_quality_job_definition: {name: x, network_config: {enable_network_isolation: true}}}
deny_ml contains tf.finding("machine_learning_stays_in_the_network", runner, runner.type, message) if {
	some type in [
		"aws_sagemaker_data_quality_job_definition",
		"aws_sagemaker_domain",
		"aws_sagemaker_model",
		"aws_sagemaker_notebook_instance",
	]
	some runner in tf.of(type)
	not stays_in_network(runner)
	message := "must run in the VPC, without the internet"
}

stays_in_network(model) if {
	model.type == "aws_sagemaker_model"
	in_vpc(tf.block(model.values, "vpc_config"))
}

stays_in_network(job) if {
	job.type == "aws_sagemaker_data_quality_job_definition"
	in_vpc(tf.block(tf.block(job.values, "network_config"), "vpc_config"))
}

stays_in_network(domain) if {
	domain.type == "aws_sagemaker_domain"
	domain.values.app_network_access_type == "VpcOnly"
}

stays_in_network(notebook) if {
	notebook.type == "aws_sagemaker_notebook_instance"
	notebook.values.direct_internet_access == "Disabled"
	not notebook.values.subnet_id in {null, ""}
	count(notebook.values.security_groups) > 0
}

in_vpc(place) if {
	count(place.subnets) > 0
	count(place.security_group_ids) > 0
}
