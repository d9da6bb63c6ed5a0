package data_is_encrypted_with_our_keys_test

import data.lib.example

ours := "${aws_kms_key.data.arn}"

fail(resource) := example.verdicts("data_is_encrypted_with_our_keys", {"resource": resource}).fail

test_which_keys_are_ours if {
	example.verdicts("data_is_encrypted_with_our_keys", {"resource": {"aws_sns_topic": {
		"made_here": {"kms_master_key_id": ours},
		"made_in_another_stack": {"kms_master_key_id": "${data.terraform_remote_state.f.outputs.o-aws_kms_keydata-key}"},
		"known": {"kms_master_key_id": "arn:aws:kms:eu-west-1:111111111111:key/1234"},
		"of_another_account": {"kms_master_key_id": "arn:aws:kms:eu-west-1:999999999999:key/1234"},
		"of_aws": {"kms_master_key_id": "alias/aws/sns"},
		"alias": {"kms_master_key_id": "arn:aws:kms:eu-west-1:111111111111:alias/aws/sns"},
		"other_reference": {"kms_master_key_id": "${data.aws_kms_alias.sns.target_key_arn}"},
		"none": {"kms_master_key_id": null},
		"unsaid": {},
	}}}) == {
		"pass": {"aws_sns_topic.made_here", "aws_sns_topic.made_in_another_stack", "aws_sns_topic.known"},
		"fail": {
			"aws_sns_topic.of_another_account",
			"aws_sns_topic.of_aws",
			"aws_sns_topic.alias",
			"aws_sns_topic.other_reference",
			"aws_sns_topic.none",
			"aws_sns_topic.unsaid",
		},
	}
}

test_each_type_has_its_argument if {
	sound := {
		"aws_athena_workgroup": {"configuration": [{"result_configuration": {"encryption_configuration": [{
			"encryption_option": "SSE_KMS",
			"kms_key_arn": ours,
		}]}}]},
		"aws_cloudtrail": {"kms_key_id": ours},
		"aws_cloudwatch_log_group": {"kms_key_id": ours},
		"aws_db_instance": {"kms_key_id": ours, "master_user_secret_kms_key_id": ours},
		"aws_dynamodb_table": {"server_side_encryption": {"enabled": true, "kms_key_arn": ours}},
		"aws_ecr_repository": {"encryption_configuration": [{"encryption_type": "KMS", "kms_key": ours}]},
		"aws_ecr_repository_creation_template": {"encryption_configuration": {"kms_key": ours}},
		"aws_prometheus_workspace": {"kms_key_arn": ours},
		"aws_sagemaker_feature_group": {"offline_store_config": {"s3_storage_config": {"kms_key_id": ours}}},
		"aws_secretsmanager_secret": {"kms_key_id": ours},
		"aws_sns_topic": {"kms_master_key_id": ours},
	}
	example.verdicts("data_is_encrypted_with_our_keys", {"resource": {type: {"sound": values, "bare": {}} |
		some type, values in sound
	}}) == {
		"pass": {concat(".", [type, "sound"]) | some type, _ in sound},
		"fail": {concat(".", [type, "bare"]) | some type, _ in sound},
	}
}

test_parts_of_a_database if {
	database := {"kms_key_id": ours, "master_user_secret_kms_key_id": ours}
	example.verdicts("data_is_encrypted_with_our_keys", {"resource": {"aws_db_instance": {
		"whole": object.union(database, {
			"performance_insights_enabled": true,
			"performance_insights_kms_key_id": ours,
		}),
		"insights_with_the_key_of_aws": object.union(database, {"performance_insights_enabled": true}),
		"secret_with_the_key_of_aws": {"kms_key_id": ours},
		"storage_with_the_key_of_aws": {"master_user_secret_kms_key_id": ours},
	}}}) == {
		"pass": {"aws_db_instance.whole"},
		"fail": {
			"aws_db_instance.insights_with_the_key_of_aws",
			"aws_db_instance.secret_with_the_key_of_aws",
			"aws_db_instance.storage_with_the_key_of_aws",
		},
	}
}

test_online_features if {
	offline := {"s3_storage_config": {"kms_key_id": ours}}
	fail({"aws_sagemaker_feature_group": {
		"encrypted": {
			"offline_store_config": offline,
			"online_store_config": {"enable_online_store": true, "security_config": {"kms_key_id": ours}},
		},
		"online_with_the_key_of_aws": {
			"offline_store_config": offline,
			"online_store_config": {"enable_online_store": true},
		},
		"offline_only": {"offline_store_config": offline, "online_store_config": {"enable_online_store": false}},
	}}) == {"aws_sagemaker_feature_group.online_with_the_key_of_aws"}
}

by(encryption) := {"rule": [{"apply_server_side_encryption_by_default": encryption}]}

test_buckets if {
	fail({"aws_s3_bucket_server_side_encryption_configuration": {
		"our_key": by({"sse_algorithm": "aws:kms", "kms_master_key_id": ours}),
		"key_of_aws": by({"sse_algorithm": "aws:kms"}),
		"without_kms": by({"sse_algorithm": "AES256"}),
	}}) == {"aws_s3_bucket_server_side_encryption_configuration.key_of_aws"}
}
