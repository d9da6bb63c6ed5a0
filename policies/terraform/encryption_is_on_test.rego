package encryption_is_on_test

import data.lib.example

workgroup(encryption) := {"configuration": [{"result_configuration": {"encryption_configuration": encryption}}]}

test_encryption_is_on if {
	example.verdicts("encryption_is_on", {"resource": {
		"aws_dynamodb_table": {
			"on": {"server_side_encryption": [{"enabled": true}]},
			"off": {"server_side_encryption": {"enabled": false}},
			"unsaid": {},
		},
		"aws_athena_workgroup": {
			"kms": workgroup([{"encryption_option": "SSE_KMS"}]),
			"by_the_client": workgroup({"encryption_option": "CSE_KMS"}),
			"key_of_s3": workgroup([{"encryption_option": "SSE_S3"}]),
			"unsaid": {},
		},
	}}) == {
		"pass": {
			"aws_dynamodb_table.on",
			"aws_athena_workgroup.kms",
			"aws_athena_workgroup.by_the_client",
		},
		"fail": {
			"aws_dynamodb_table.off",
			"aws_dynamodb_table.unsaid",
			"aws_athena_workgroup.key_of_s3",
			"aws_athena_workgroup.unsaid",
		},
	}
}
