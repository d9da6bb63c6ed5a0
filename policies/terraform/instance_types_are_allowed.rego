package main

import data.lib.pools
import data.lib.terraform as tf

# METADATA
# title: Instances are of families that the environment may use
# description: >-
#   One letter is the difference between a dollar and a hundred an hour. Which accelerators an environment may have is
#   decided once, and not by the next commit.
# custom:
#   severity: medium
#   controls: [NIST 800-53 SC-6, NIST 800-53 SA-2, NIST 800-53 CM-7]
#   mend: >-
#     Take types of `cpu_families`, or of the environment's `gpu_families`, in policies/allowed.yaml; have security add
#     what is missing.
#   types:
#     - aws_ec2_capacity_reservation
#     - aws_eks_node_group
#     - aws_instance
#     - aws_launch_template
#     - aws_sagemaker_endpoint_configuration
#     - aws_sagemaker_notebook_instance
#   breaks:
#     - {type: aws_eks_node_group, at: instance_types, set: [p6-b300.48xlarge]}
#     - {type: aws_eks_node_group, at: instance_types, set: [u7i-12tb.224xlarge]}
#     - {type: aws_eks_node_group, remove: instance_types}
#     - {type: aws_launch_template, at: instance_type, set: x2iedn.32xlarge}
#     - {type: aws_ec2_capacity_reservation, at: instance_type, set: p6-b300.48xlarge}
#     - insert: {aws_instance: {ami: ami-1, instance_type: x2iedn.32xlarge}}
#     - insert: {aws_sagemaker_notebook_instance: {instance_type: ml.p3.16xlarge}}
#     - insert:
#         aws_sagemaker_endpoint_configuration: {production_variants: [{model_name: x, instance_type: ml.p3.16xlarge}]}
deny_compute contains tf.finding("instance_types_are_allowed", asker, type, message) if {
	some [asker, type] in types_asked_for
	not family_allowed(type)
	message := "must be of a family that is in the list"
}

deny_compute contains tf.finding("instance_types_are_allowed", pool, null, message) if {
	some pool in pools.all
	count(pools.instance_types(pool)) == 0
	message := "must say which types its instances are of"
}

types_asked_for contains [pool, type] if {
	some pool in pools.all
	some type in pools.instance_types(pool)
}

types_asked_for contains [asker, type] if {
	some kind in ["aws_ec2_capacity_reservation", "aws_instance", "aws_sagemaker_notebook_instance"]
	some asker in tf.of(kind)
	type := object.get(asker.values, "instance_type", "")
}

types_asked_for contains [template, type] if {
	some template in tf.of("aws_launch_template")
	type := object.get(template.values, "instance_type", null)
	not type in {null, ""}
}

types_asked_for contains [configuration, variant.instance_type] if {
	some configuration in tf.of("aws_sagemaker_endpoint_configuration")
	some variant in tf.blocks(configuration.values, "production_variants")
}

family_allowed(type) if {
	is_string(type)
	family := split(trim_prefix(type, "ml."), ".")[0]
	family in array.concat(tf.allowed.gpu_families, data.allowed.cpu_families)
}
