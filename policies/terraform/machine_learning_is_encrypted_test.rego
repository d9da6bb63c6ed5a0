package machine_learning_is_encrypted_test

import data.lib.example

key := "${aws_kms_key.data.arn}"

job(output, volume) := {
	"data_quality_job_output_config": {"kms_key_id": output},
	"job_resources": {"cluster_config": {"volume_kms_key_id": volume}},
}

endpoint(values) := object.union({"kms_key_arn": key}, values)

test_machine_learning_is_encrypted if {
	example.verdicts("machine_learning_is_encrypted", {"resource": {
		"aws_sagemaker_domain": {
			"ours": {"kms_key_id": key},
			"aws": {"kms_key_id": "alias/aws/elasticfilesystem"},
			"unsaid": {},
		},
		"aws_sagemaker_notebook_instance": {"ours": {"kms_key_id": "arn:aws:kms:eu-west-1:111111111111:key/a"}, "unsaid": {}},
		"aws_sagemaker_endpoint_configuration": {
			"ours": endpoint({}),
			"captured": endpoint({"data_capture_config": [{"kms_key_id": key}]}),
			"written": endpoint({"async_inference_config": {"output_config": {"kms_key_id": key}}}),
			"captured_openly": endpoint({"data_capture_config": {"enable_capture": true}}),
			"written_openly": endpoint({"async_inference_config": {"output_config": {"s3_output_path": "s3://x"}}}),
			"unsaid": {},
		},
		"aws_sagemaker_data_quality_job_definition": {
			"ours": job(key, key),
			"output": job(null, key),
			"volume": job(key, null),
			"unsaid": {},
		},
	}}) == {
		"pass": {
			"aws_sagemaker_domain.ours",
			"aws_sagemaker_notebook_instance.ours",
			"aws_sagemaker_endpoint_configuration.ours",
			"aws_sagemaker_endpoint_configuration.captured",
			"aws_sagemaker_endpoint_configuration.written",
			"aws_sagemaker_data_quality_job_definition.ours",
		},
		"fail": {
			"aws_sagemaker_domain.aws",
			"aws_sagemaker_domain.unsaid",
			"aws_sagemaker_notebook_instance.unsaid",
			"aws_sagemaker_endpoint_configuration.captured_openly",
			"aws_sagemaker_endpoint_configuration.written_openly",
			"aws_sagemaker_endpoint_configuration.unsaid",
			"aws_sagemaker_data_quality_job_definition.output",
			"aws_sagemaker_data_quality_job_definition.volume",
			"aws_sagemaker_data_quality_job_definition.unsaid",
		},
	}
}
