package models_are_isolated_test

import data.lib.example

test_models_are_isolated if {
	sound := {"enable_network_isolation": true, "enable_inter_container_traffic_encryption": true}
	example.verdicts("models_are_isolated", {"resource": {
		"aws_sagemaker_model": {
			"isolated": {"enable_network_isolation": true},
			"open": {"enable_network_isolation": false},
			"unsaid": {},
		},
		"aws_sagemaker_data_quality_job_definition": {
			"isolated": {"network_config": sound},
			"open": {"network_config": [object.union(sound, {"enable_network_isolation": false})]},
			"plain": {"network_config": object.remove(sound, ["enable_inter_container_traffic_encryption"])},
			"unsaid": {},
		},
	}}) == {
		"pass": {"aws_sagemaker_model.isolated", "aws_sagemaker_data_quality_job_definition.isolated"},
		"fail": {
			"aws_sagemaker_model.open",
			"aws_sagemaker_model.unsaid",
			"aws_sagemaker_data_quality_job_definition.open",
			"aws_sagemaker_data_quality_job_definition.plain",
			"aws_sagemaker_data_quality_job_definition.unsaid",
		},
	}
}
