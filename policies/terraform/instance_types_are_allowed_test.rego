package instance_types_are_allowed_test

import data.lib.example

rule := "instance_types_are_allowed"

test_instances if {
	example.verdicts(rule, {"resource": {
		"aws_launch_template": {
			"plain": {},
			"block": {"instance_type": "g5.48xlarge"},
			"dear": {"instance_type": "p5.48xlarge"},
		},
		"aws_eks_node_group": {
			"cpu": {"instance_types": ["m7i.large"]},
			"gpu": {"instance_types": ["g5.xlarge", "g5.2xlarge"]},
			"block": {"launch_template": {"id": "${aws_launch_template.block.id}"}},
			"dear": {"instance_types": ["g5.xlarge", "p5.48xlarge"]},
			"large": {"instance_types": ["u7i-12tb.224xlarge"]},
			"unsaid": {"launch_template": {"id": "${aws_launch_template.plain.id}"}},
		},
		"aws_instance": {"cpu": {"instance_type": "m7i.large"}, "dear": {"instance_type": "x2iedn.32xlarge"}, "unsaid": {}},
		"aws_ec2_capacity_reservation": {"gpu": {"instance_type": "g5.xlarge"}, "dear": {"instance_type": "p5.48xlarge"}},
	}}) == {
		"pass": {
			"aws_launch_template.plain",
			"aws_launch_template.block",
			"aws_eks_node_group.cpu",
			"aws_eks_node_group.gpu",
			"aws_eks_node_group.block",
			"aws_instance.cpu",
			"aws_ec2_capacity_reservation.gpu",
		},
		"fail": {
			"aws_launch_template.dear",
			"aws_eks_node_group.dear",
			"aws_eks_node_group.large",
			"aws_eks_node_group.unsaid",
			"aws_instance.dear",
			"aws_instance.unsaid",
			"aws_ec2_capacity_reservation.dear",
		},
	}
}

variants(types) := {"production_variants": [{"instance_type": type} | some type in types]}

test_machine_learning if {
	example.verdicts(rule, {"resource": {
		"aws_sagemaker_notebook_instance": {
			"cpu": {"instance_type": "ml.m7i.large"},
			"dear": {"instance_type": "ml.p3.16xlarge"},
		},
		"aws_sagemaker_endpoint_configuration": {
			"gpu": variants(["ml.g5.xlarge"]),
			"serverless": {"production_variants": [{"serverless_config": {"max_concurrency": 1}}]},
			"dear": variants(["ml.g5.xlarge", "ml.p3.16xlarge"]),
		},
	}}) == {
		"pass": {
			"aws_sagemaker_notebook_instance.cpu",
			"aws_sagemaker_endpoint_configuration.gpu",
			"aws_sagemaker_endpoint_configuration.serverless",
		},
		"fail": {"aws_sagemaker_notebook_instance.dear", "aws_sagemaker_endpoint_configuration.dear"},
	}
}
