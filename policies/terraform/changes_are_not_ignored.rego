package main

import data.lib.terraform as tf

# METADATA
# title: Terraform ignores no change but those that others make by design
# description: >-
#   What ignore_changes names, anybody may change by hand and nobody is told - a policy, a key, an open port. The node
#   count is an autoscaler's.
# custom:
#   severity: high
#   controls: [NIST 800-53 CM-3, NIST 800-53 CM-6]
#   mend: Take ignore_changes away, or have security add it to ignored_changes in policies/allowed.yaml.
#   types: ["*"]
#   breaks:
#     - {type: aws_s3_bucket_policy, at: lifecycle, set: {ignore_changes: [policy]}}
#     - {type: aws_iam_role, at: lifecycle, set: {ignore_changes: all}}
#     - {type: aws_eks_node_group, at: lifecycle.ignore_changes, append: "scaling_config[0].max_size"}
#     - {type: aws_eks_cluster, at: lifecycle.ignore_changes, set: [vpc_config]}
#     - {type: aws_security_group, at: lifecycle, set: [{ignore_changes: ["${ingress}"]}]}
deny_change contains tf.finding("changes_are_not_ignored", resource, strange, message) if {
	tf.configuration
	some resource in tf.of_types_saying("ignore_changes")
	ignored := ignored_by(resource)
	strange := ignored - {a | some a in object.get(data.allowed.ignored_changes, resource.type, [])}
	count(strange) > 0
	message := "ignores changes that it must notice"
}

ignored_by(resource) := {attribute |
	some block in tf.blocks(resource.values, "lifecycle")
	some attribute in ignored_list(object.get(block, "ignore_changes", []))
}

ignored_list(written) := written if is_array(written)

ignored_list(written) := [written] if not is_array(written)
