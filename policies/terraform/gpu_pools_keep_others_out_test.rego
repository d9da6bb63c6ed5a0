package gpu_pools_keep_others_out_test

import data.lib.example

test_gpu_pools_keep_others_out if {
	taint := {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}
	example.verdicts("gpu_pools_keep_others_out", {"resource": {
		"aws_launch_template": {"block": {"instance_type": "p5.48xlarge"}},
		"aws_eks_node_group": {
			"cpu": {"instance_types": ["m7i.large"], "ami_type": "AL2023_x86_64_STANDARD"},
			"gpu": {"instance_types": ["g5.xlarge"], "taint": [taint]},
			"neuron": {"instance_types": ["trn1.2xlarge"], "taint": {"key": "aws.amazon.com/neuron", "effect": "NO_EXECUTE"}},
			"untainted": {"instance_types": ["m7i.large", "g6e.xlarge"]},
			"untainted_by_image": {"ami_type": "AL2023_x86_64_NVIDIA"},
			"untainted_block": {"launch_template": {"id": "${aws_launch_template.block.id}"}},
			"other_accelerator": {"instance_types": ["inf2.xlarge"], "taint": [taint]},
			"hint_only": {"instance_types": ["p4d.24xlarge"], "taint": [object.union(taint, {"effect": "PREFER_NO_SCHEDULE"})]},
		},
	}}) == {
		"pass": {
			"aws_launch_template.block",
			"aws_eks_node_group.cpu",
			"aws_eks_node_group.gpu",
			"aws_eks_node_group.neuron",
		},
		"fail": {
			"aws_eks_node_group.untainted",
			"aws_eks_node_group.untainted_by_image",
			"aws_eks_node_group.untainted_block",
			"aws_eks_node_group.other_accelerator",
			"aws_eks_node_group.hint_only",
		},
	}
}
