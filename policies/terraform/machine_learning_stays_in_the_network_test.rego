package machine_learning_stays_in_the_network_test

import data.lib.example

place := {"subnets": ["subnet-1"], "security_group_ids": ["sg-1"]}

notebook := {"direct_internet_access": "Disabled", "subnet_id": "subnet-1", "security_groups": ["sg-1"]}

test_machine_learning_stays_in_the_network if {
	example.verdicts("machine_learning_stays_in_the_network", {"resource": {
		"aws_sagemaker_model": {
			"inside": {"vpc_config": place},
			"no_group": {"vpc_config": [object.union(place, {"security_group_ids": []})]},
			"no_subnet": {"vpc_config": object.union(place, {"subnets": []})},
			"unsaid": {},
		},
		"aws_sagemaker_data_quality_job_definition": {
			"inside": {"network_config": {"vpc_config": place}},
			"unsaid": {"network_config": {"enable_network_isolation": true}},
		},
		"aws_sagemaker_domain": {
			"inside": {"app_network_access_type": "VpcOnly"},
			"public": {"app_network_access_type": "PublicInternetOnly"},
			"unsaid": {},
		},
		"aws_sagemaker_notebook_instance": {
			"inside": notebook,
			"with_internet": object.union(notebook, {"direct_internet_access": "Enabled"}),
			"internet_unsaid": object.remove(notebook, ["direct_internet_access"]),
			"no_subnet": object.remove(notebook, ["subnet_id"]),
			"no_group": object.remove(notebook, ["security_groups"]),
		},
	}}) == {
		"pass": {
			"aws_sagemaker_model.inside",
			"aws_sagemaker_data_quality_job_definition.inside",
			"aws_sagemaker_domain.inside",
			"aws_sagemaker_notebook_instance.inside",
		},
		"fail": {
			"aws_sagemaker_model.no_group",
			"aws_sagemaker_model.no_subnet",
			"aws_sagemaker_model.unsaid",
			"aws_sagemaker_data_quality_job_definition.unsaid",
			"aws_sagemaker_domain.public",
			"aws_sagemaker_domain.unsaid",
			"aws_sagemaker_notebook_instance.with_internet",
			"aws_sagemaker_notebook_instance.internet_unsaid",
			"aws_sagemaker_notebook_instance.no_subnet",
			"aws_sagemaker_notebook_instance.no_group",
		},
	}
}
