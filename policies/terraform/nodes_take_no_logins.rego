package main

import data.lib.terraform as tf

# METADATA
# title: Nobody logs in to nodes with SSH
# description: >-
#   A key pair is shared, copied and never changed, and whoever has it is root beside every pod. EKS opens port 22 to
#   the world for a remote_access block that names no group. Nodes are replaced, not repaired.
# custom:
#   severity: high
#   controls: [NIST 800-53 AC-17, NIST 800-53 IA-5]
#   mend: Leave key_name, remote_access and key pairs out. Look into a node with `kubectl debug`, which asks who it is.
#   types: [aws_eks_node_group, aws_instance, aws_key_pair, aws_launch_template]
#   breaks:
#     - {type: aws_launch_template, at: key_name, set: operators}
#     - {type: aws_eks_node_group, at: remote_access, set: {ec2_ssh_key: operators}}
#     - {type: aws_eks_node_group, at: remote_access, set: [{source_security_group_ids: [sg-1]}]}
#     - insert: {aws_key_pair: {key_name: operators, public_key: ssh-ed25519 AAAA}}
#     - insert: {aws_instance: {ami: ami-1, instance_type: m7i.large, key_name: operators}}
deny_compute contains tf.finding("nodes_take_no_logins", node, node.values.key_name, message) if {
	some type in ["aws_instance", "aws_launch_template"]
	some node in tf.of(type)
	not node.values.key_name in {null, "", "${known after apply}"}
	message := "must have no key to log in with"
}

deny_compute contains tf.finding("nodes_take_no_logins", pool, access, "must have no remote access") if {
	some pool in tf.of("aws_eks_node_group")
	some access in tf.blocks(pool.values, "remote_access")
}

deny_compute contains tf.finding("nodes_take_no_logins", pair, pair.type, "must not be made") if {
	some pair in tf.of("aws_key_pair")
}
