package node_disks_are_encrypted_test

import data.lib.example

sound := {"encrypted": "true", "delete_on_termination": "true", "volume_type": "gp3"}

template(disks) := {"block_device_mappings": [{"ebs": disk} | some disk in disks]}

test_node_disks_are_encrypted if {
	example.verdicts("node_disks_are_encrypted", {"resource": {
		"aws_launch_template": {
			"sound": template([sound, sound]),
			"open": template([sound, object.union(sound, {"encrypted": "false"})]),
			"open_unsaid": template([object.remove(sound, ["encrypted"])]),
			"left_behind": template([object.union(sound, {"delete_on_termination": "false"})]),
			"dear": template([object.union(sound, {"volume_type": "gp2"})]),
			"unsaid": {},
		},
		"aws_instance": {
			"sound": {"root_block_device": {"encrypted": true, "delete_on_termination": true, "volume_type": "gp3"}},
			"open": {"root_block_device": [sound], "ebs_block_device": [object.union(sound, {"encrypted": false})]},
			"unsaid": {},
		},
	}}) == {
		"pass": {"aws_launch_template.sound", "aws_instance.sound"},
		"fail": {
			"aws_launch_template.open",
			"aws_launch_template.open_unsaid",
			"aws_launch_template.left_behind",
			"aws_launch_template.dear",
			"aws_launch_template.unsaid",
			"aws_instance.open",
			"aws_instance.unsaid",
		},
	}
}
