package main

import data.lib.terraform as tf

# METADATA
# title: Clusters run a Kubernetes version that security has in its list
# description: >-
#   Out of standard support a version gets few repairs and costs six times as much. A version nobody looked at may have
#   dropped what the admission policies stand on.
# custom:
#   severity: medium
#   controls: [AWS FSBP EKS.2, NIST 800-53 SI-2, NIST 800-53 CM-2]
#   mend: Set `version` of the environment's cluster to one of `kubernetes_versions` in policies/allowed.yaml.
#   types: [aws_eks_cluster]
#   breaks:
#     - {type: aws_eks_cluster, at: version, set: "1.24"}
#     - {type: aws_eks_cluster, at: version, set: "1.99"}
#     - {type: aws_eks_cluster, remove: version}
deny_cluster contains tf.finding("cluster_versions_are_supported", cluster, version, message) if {
	some cluster in tf.of("aws_eks_cluster")
	version := object.get(cluster.values, "version", null)
	not version in data.allowed.kubernetes_versions
	message := "must run a version that is in the list"
}
