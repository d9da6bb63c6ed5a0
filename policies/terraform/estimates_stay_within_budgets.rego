package main

import data.lib.terraform as tf

# METADATA
# title: What is deployed is expected to stay within its budget
# description: >-
#   A budget that is told of after the money is gone comes too late: what stacks cost is known before they are deployed.
#   What cannot be priced is refused, too, for it is not free.
# custom:
#   severity: high
#   controls: [NIST 800-53 SA-2, NIST 800-53 SA-4]
#   mend: >-
#     See what costs so much with `groundway cost estimate ENV --stacks cdktf.out/refused`, and ask for less; correct
#     environments/ENV/usage.yaml if less will be used; or raise the environment's `budget`, within `monthly_usd` of
#     policies/allowed.yaml. What has no price needs one (docs/cost-estimate.md).
#   types: [estimate]
#   breaks:
#     - {type: aws_eks_node_group, at: scaling_config, set: {min_size: 500, desired_size: 500, max_size: 500}}
#     - {type: aws_eks_node_group, at: instance_types, set: [p5.48xlarge]}
#     - {type: aws_db_instance, at: allocated_storage, set: 1000000}
#     - {type: aws_eks_cluster, at: version, set: "1.24"}
#     - {type: aws_vpc_endpoint, at: vpc_endpoint_type, set: GatewayLoadBalancer}
#     - {insert: {aws_ec2_capacity_reservation: {instance_type: p5.48xlarge, instance_count: 2}}}
#     - {insert: {aws_fsx_lustre_file_system: {storage_capacity: 1200}}}
deny_monitoring contains tf.stack_finding("estimates_stay_within_budgets", expected, message) if {
	estimate := tf.estimate
	not estimate.failed
	not affordable(estimate)
	expected := object.get(estimate, "expected", null)
	message := sprintf("is expected to cost %v USD a month; its budget is %v, and %v are allowed; mostly: %v", [
		expected, object.get(estimate, "budget", null), object.get(data.allowed.environments, [estimate.environment, "monthly_usd"], 0),
		concat(", ", object.get(estimate, "drivers", [])),
	])
}

deny_monitoring contains tf.stack_finding("estimates_stay_within_budgets", failed, message) if {
	failed := tf.estimate.failed
	message := sprintf("cannot be priced: %v", [failed])
}

affordable(estimate) if {
	every amount in ["expected", "budget"] {
		is_string(estimate[amount])
		regex.match(`^\d+(\.\d+)?$`, estimate[amount])
	}
	to_number(estimate.expected) <= to_number(estimate.budget)
	to_number(estimate.expected) <= tf.allowed.monthly_usd
}
