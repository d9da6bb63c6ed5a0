package main

import data.lib.terraform as tf

# METADATA
# title: Who may use the Kubernetes API stands in access entries alone, and whoever made the cluster is not its admin
# description: >-
#   The config map aws-auth lives in the cluster, where no review sees it, and whoever edits it becomes anybody. A
#   creator who is admin for good is a CI role, or a person, that no access entry shows.
# custom:
#   severity: high
#   controls: [CIS EKS v1.7 5.5.1, CIS EKS v1.7 4.1.1, NIST 800-53 AC-2, NIST 800-53 AC-6]
#   mend: >-
#     Set authentication_mode = "API" and bootstrap_cluster_creator_admin_permissions = false in access_config
#     (infra/cluster.py); let people in with infra/cluster_access.py.
#   types: [aws_eks_cluster]
#   breaks:
#     - {type: aws_eks_cluster, remove: access_config}
#     - {type: aws_eks_cluster, at: access_config.authentication_mode, set: API_AND_CONFIG_MAP}
#     - {type: aws_eks_cluster, at: access_config.authentication_mode, remove: true}
#     - {type: aws_eks_cluster, at: access_config.bootstrap_cluster_creator_admin_permissions, set: true}
#     - {type: aws_eks_cluster, at: access_config.bootstrap_cluster_creator_admin_permissions, remove: true}
deny_cluster contains tf.finding("cluster_access_is_by_entries", cluster, access, message) if {
	some cluster in tf.of("aws_eks_cluster")
	access := tf.block(cluster.values, "access_config")
	not lets_in_by_entries(access)
	message := "must let in by access entries, and not its maker"
}

lets_in_by_entries(access) if {
	access.authentication_mode == "API"
	access.bootstrap_cluster_creator_admin_permissions in {false, "false"}
}
