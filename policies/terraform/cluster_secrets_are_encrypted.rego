package main

import data.lib.terraform as tf

# METADATA
# title: Clusters encrypt their secrets with a key of ours
# description: >-
#   Tokens and passwords that pods read are in the cluster's database. With a key of ours whoever reads them there must
#   also be let in by the key, and the trail says that it was used.
# custom:
#   severity: high
#   controls: [CIS EKS v1.7 5.3.1, AWS FSBP EKS.3, NIST 800-53 SC-28]
#   mend: Give infra/cluster.py the cluster's key, in encryption_config for resources ["secrets"].
#   types: [aws_eks_cluster]
#   breaks:
#     - {type: aws_eks_cluster, remove: encryption_config}
#     - {type: aws_eks_cluster, at: encryption_config.resources, set: []}
#     - {type: aws_eks_cluster, at: encryption_config.provider.key_arn, remove: true}
#     - {type: aws_eks_cluster, at: encryption_config.provider.key_arn,
#         set: "arn:aws:kms:eu-west-1:999999999999:key/theirs"}
deny_cluster contains tf.finding("cluster_secrets_are_encrypted", cluster, config, message) if {
	some cluster in tf.of("aws_eks_cluster")
	config := tf.block(cluster.values, "encryption_config")
	not secrets_have_our_key(config)
	message := "must encrypt secrets with a key of ours"
}

secrets_have_our_key(config) if {
	"secrets" in config.resources
	is_our_key(tf.block(config, "provider").key_arn)
}
