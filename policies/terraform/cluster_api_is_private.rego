package main

import data.lib.terraform as tf

# METADATA
# title: The Kubernetes API answers inside the VPC, and outside to named networks at most
# description: >-
#   An API that the internet reaches is only as safe as its last bug and every token that ever leaked. Left out, AWS
#   opens it to everybody and closes it to the VPC.
# custom:
#   severity: critical
#   controls: [CIS EKS v1.7 5.4.1, NIST 800-53 SC-7, NIST 800-53 AC-4]
#   mend: >-
#     Leave `endpoint_access_cidrs` of the environment's cluster empty, or name networks of /16 or smaller; set both
#     endpoint_private_access and endpoint_public_access in vpc_config (infra/cluster.py).
#   types: [aws_eks_cluster]
#   breaks:
#     - {type: aws_eks_cluster, at: vpc_config.endpoint_public_access, set: true}
#     - {type: aws_eks_cluster, at: vpc_config.endpoint_public_access, remove: true}
#     - {type: aws_eks_cluster, at: vpc_config.endpoint_private_access, set: false}
#     - {type: aws_eks_cluster, at: vpc_config.endpoint_private_access, remove: true}
#     - {type: aws_eks_cluster, at: vpc_config, set: {endpoint_private_access: true, endpoint_public_access: true,
#         public_access_cidrs: [0.0.0.0/0]}}
deny_cluster contains tf.finding("cluster_api_is_private", cluster, place, message) if {
	some cluster in tf.of("aws_eks_cluster")
	place := tf.block(cluster.values, "vpc_config")
	not answers_inside_only(place)
	not answers_to_named(place)
	message := "must answer inside the VPC, and to nobody else unnamed"
}

answers_inside_only(place) if {
	tf.yes(place.endpoint_private_access)
	place.endpoint_public_access in {false, "false"}
}

answers_to_named(place) if {
	tf.yes(place.endpoint_private_access)
	count(place.public_access_cidrs) > 0
	every cidr in place.public_access_cidrs {
		regex.match(`^[\d.]+/(1[6-9]|2\d|3[0-2])$`, cidr)
	}
}
