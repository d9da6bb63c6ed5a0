package main

import data.lib.terraform as tf

# METADATA
# title: Disks of nodes are encrypted, of type gp3, and go with the node
# description: >-
#   Images, caches and what pods write land on the node's disk. A disk that outlives its node is data that nobody
#   watches, on the bill for ever; gp2 costs a quarter more for less.
# custom:
#   severity: high
#   controls: [AWS FSBP EC2.3, AWS FSBP EC2.181, NIST 800-53 SC-28]
#   mend: >-
#     Give each block device mapping an `ebs` with encrypted, delete_on_termination and volume_type = "gp3"
#     (infra/launch_template.py).
#   types: [aws_instance, aws_launch_template]
#   breaks:
#     - {type: aws_launch_template, remove: block_device_mappings}
#     - {type: aws_launch_template, at: block_device_mappings, set: []}
#     - {type: aws_launch_template, at: block_device_mappings.0.ebs.encrypted, set: "false"}
#     - {type: aws_launch_template, at: block_device_mappings.0.ebs.encrypted, remove: true}
#     - {type: aws_launch_template, at: block_device_mappings.0.ebs.delete_on_termination, set: "false"}
#     - {type: aws_launch_template, at: block_device_mappings.0.ebs.volume_type, set: gp2}
#     - {type: aws_launch_template, at: block_device_mappings, append: {device_name: /dev/xvdb, ebs: {volume_size: 10}}}
#     - insert: {aws_instance: {ami: ami-1, instance_type: m7i.large, root_block_device: {encrypted: false}}}
deny_compute contains tf.finding("node_disks_are_encrypted", node, disks, message) if {
	some type in ["aws_instance", "aws_launch_template"]
	some node in tf.of(type)
	disks := array.concat(
		[tf.block(mapping, "ebs") | some mapping in tf.blocks(node.values, "block_device_mappings")],
		array.concat(tf.blocks(node.values, "root_block_device"), tf.blocks(node.values, "ebs_block_device")),
	)
	not sound_disks(disks)
	message := "must have encrypted gp3 disks that go with it"
}

sound_disks(disks) if {
	count(disks) > 0
	every disk in disks {
		tf.yes(disk.encrypted)
		tf.yes(disk.delete_on_termination)
		disk.volume_type == "gp3"
	}
}
