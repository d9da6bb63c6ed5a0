package main

import data.lib.terraform as tf

# METADATA
# title: A protected environment's cluster is protected from deletion
# description: >-
#   Everything that serves and trains runs in it, and a new cluster of the same name is an empty one. AWS refuses to
#   delete a protected one, whoever asks.
# custom:
#   severity: medium
#   controls: [NIST 800-53 CP-10, NIST 800-53 SC-5]
#   mend: Set `protection` of the environment; infra/cluster.py hands it to deletion_protection.
#   types: [aws_eks_cluster]
#   breaks:
#     - {type: aws_eks_cluster, at: deletion_protection, set: false}
deny_cluster contains tf.finding("clusters_are_kept", cluster, said, "must be protected from deletion") if {
	tf.protected
	some cluster in tf.of("aws_eks_cluster")
	said := object.get(cluster.values, "deletion_protection", null)
	not tf.yes(said)
}
