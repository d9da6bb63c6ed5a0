package node_images_are_known_test

import data.lib.example

test_node_images_are_known if {
	example.verdicts("node_images_are_known", {"resource": {
		"aws_eks_node_group": {
			"cpu": {"instance_types": ["m7i.large"], "ami_type": "AL2023_x86_64_STANDARD"},
			"gpu": {"instance_types": ["g5.xlarge"], "ami_type": "AL2023_x86_64_NVIDIA"},
			"own": {"instance_types": ["m7i.large"], "ami_type": "CUSTOM"},
			"gpu_without_drivers": {"instance_types": ["g5.xlarge"], "ami_type": "AL2023_x86_64_STANDARD"},
			"drivers_of_others": {"instance_types": ["inf2.xlarge"], "ami_type": "AL2023_x86_64_NVIDIA"},
			"unsaid": {"instance_types": ["m7i.large"]},
		},
		"aws_launch_template": {"of_the_pool": {}, "own": {"image_id": "ami-1"}},
	}}) == {
		"pass": {"aws_eks_node_group.cpu", "aws_eks_node_group.gpu", "aws_launch_template.of_the_pool"},
		"fail": {
			"aws_eks_node_group.own",
			"aws_eks_node_group.gpu_without_drivers",
			"aws_eks_node_group.drivers_of_others",
			"aws_eks_node_group.unsaid",
			"aws_launch_template.own",
		},
	}
}
