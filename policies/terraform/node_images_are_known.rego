package main

import data.lib.pools
import data.lib.terraform as tf

# METADATA
# title: Nodes run images that AWS makes for EKS, with the drivers of what they carry
# description: >-
#   An image of one's own is as old as the day it was made, and whoever made it has root on every node. AWS's are
#   renewed with their repairs. On the wrong one the accelerator is not seen, and paid for.
# custom:
#   severity: high
#   controls: [NIST 800-53 CM-2, NIST 800-53 SI-2]
#   mend: >-
#     Choose ami_type from `node_images` of policies/allowed.yaml, with NVIDIA or NEURON for pools of those, and leave
#     image_id out of the launch template.
#   types: [aws_eks_node_group, aws_launch_template]
#   breaks:
#     - {type: aws_eks_node_group, at: ami_type, set: CUSTOM}
#     - {type: aws_eks_node_group, at: ami_type, set: AL2_x86_64_GPU}
#     - {type: aws_eks_node_group, remove: ami_type}
#     - {type: aws_eks_node_group, at: ami_type, set: AL2023_x86_64_STANDARD}
#     - {type: aws_launch_template, at: image_id, set: ami-0abcdef1234567890}
deny_compute contains tf.finding("node_images_are_known", pool, image, message) if {
	some pool in pools.all
	image := object.get(pool.values, "ami_type", "")
	not fitting_image(pool, image)
	message := "must run an image in the list, with the drivers it needs"
}

deny_compute contains tf.finding("node_images_are_known", template, image, "must leave the image to the pool") if {
	some template in tf.of("aws_launch_template")
	image := object.get(template.values, "image_id", null)
	not image in {null, ""}
}

fitting_image(pool, image) if {
	image in data.allowed.node_images
	every vendor in {vendor | some vendor in [pools.vendor(pool)]} {
		contains(lower(image), vendor)
	}
}
