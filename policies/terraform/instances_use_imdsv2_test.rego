package instances_use_imdsv2_test

import data.lib.example

test_instances_use_imdsv2 if {
	example.verdicts("instances_use_imdsv2", {"resource": {
		"aws_launch_template": {
			"strict": {"metadata_options": {"http_tokens": "required", "http_put_response_hop_limit": 1}},
			"version_one": {"metadata_options": [{"http_tokens": "optional", "http_put_response_hop_limit": 1}]},
			"from_pods": {"metadata_options": {"http_tokens": "required", "http_put_response_hop_limit": 2}},
			"unsaid": {},
		},
		"aws_ec2_instance_metadata_defaults": {
			"strict": {"http_tokens": "required", "http_put_response_hop_limit": 1},
			"lax": {"http_tokens": "optional", "http_put_response_hop_limit": 1},
		},
	}}) == {
		"pass": {"aws_launch_template.strict", "aws_ec2_instance_metadata_defaults.strict"},
		"fail": {
			"aws_launch_template.version_one",
			"aws_launch_template.from_pods",
			"aws_launch_template.unsaid",
			"aws_ec2_instance_metadata_defaults.lax",
		},
	}
}
