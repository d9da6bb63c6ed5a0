package main

import data.lib.terraform as tf

# METADATA
# title: Control planes keep their logs, all of them where the environment is protected
# description: >-
#   Who asked the Kubernetes API for what is known from its audit log alone, and only from when it was switched on. In a
#   protected environment the authenticator, the scheduler and the controllers must be able to tell their part as well.
# custom:
#   severity: high
#   controls: [CIS EKS v1.7 2.1.1, AWS FSBP EKS.8, NIST 800-53 AU-2, NIST 800-53 AU-12]
#   mend: Name the logs in `log_types` of the environment's cluster.
#   types: [aws_eks_cluster]
#   breaks:
#     - {type: aws_eks_cluster, remove: enabled_cluster_log_types}
#     - {type: aws_eks_cluster, at: enabled_cluster_log_types, set: []}
#     - {type: aws_eks_cluster, at: enabled_cluster_log_types, set: [api, authenticator, controllerManager, scheduler]}
#     - {type: aws_eks_cluster, at: enabled_cluster_log_types, set: [audit, authenticator, controllerManager,
#         scheduler]}
deny_cluster contains tf.finding("cluster_control_planes_log", cluster, missing, message) if {
	some cluster in tf.of("aws_eks_cluster")
	kept := {kind | some kind in object.get(cluster.values, "enabled_cluster_log_types", [])}
	missing := control_plane_logs - kept
	count(missing) > 0
	message := "must keep these logs of its control plane"
}

control_plane_logs := {"api", "audit", "authenticator", "controllerManager", "scheduler"} if tf.protected

else := {"api", "audit"}
