package data_stays_in_our_buckets_test

import data.lib.example

workgroup(location, owner, enforced) := {"configuration": [{
	"enforce_workgroup_configuration": enforced,
	"result_configuration": {"output_location": location, "expected_bucket_owner": owner},
}]}

ours := "${aws_s3_bucket.features.bucket}"

test_data_stays_in_our_buckets if {
	example.verdicts("data_stays_in_our_buckets", {"resource": {
		"aws_cloudtrail": {
			"made_here": {"s3_bucket_name": ours},
			"made_in_another_stack": {"s3_bucket_name": "${data.terraform_remote_state.s.outputs.o-aws_s3_bucketdata}"},
			"known": {"s3_bucket_name": "groundway-dev-111111111111-evidence"},
			"elsewhere": {"s3_bucket_name": "elsewhere"},
			"of_another_account": {"s3_bucket_name": "groundway-dev-999999999999-evidence"},
			"other_reference": {"s3_bucket_name": "${aws_ssm_parameter.bucket.value}"},
			"unsaid": {},
		},
		"aws_glue_catalog_database": {
			"ours": {"location_uri": sprintf("s3://%s/offline/", [ours])},
			"key_looks_like_ours": {"location_uri": "s3://elsewhere/x-111111111111-x"},
		},
		"aws_sagemaker_feature_group": {
			"ours": {"offline_store_config": {"s3_storage_config": {"s3_uri": "s3://groundway-dev-111111111111-f/a"}}},
			"elsewhere": {"offline_store_config": {"s3_storage_config": {"s3_uri": "s3://elsewhere/a"}}},
		},
		"aws_bcmdataexports_export": {
			"ours": {"export": {"destination_configurations": [{"s3_destination": [{"s3_bucket": ours}]}]}},
			"elsewhere": {"export": {"destination_configurations": [{"s3_destination": [{"s3_bucket": "elsewhere"}]}]}},
		},
	}}) == {
		"pass": {
			"aws_cloudtrail.made_here",
			"aws_cloudtrail.made_in_another_stack",
			"aws_cloudtrail.known",
			"aws_glue_catalog_database.ours",
			"aws_sagemaker_feature_group.ours",
			"aws_bcmdataexports_export.ours",
		},
		"fail": {
			"aws_cloudtrail.elsewhere",
			"aws_cloudtrail.of_another_account",
			"aws_cloudtrail.other_reference",
			"aws_cloudtrail.unsaid",
			"aws_glue_catalog_database.key_looks_like_ours",
			"aws_sagemaker_feature_group.elsewhere",
			"aws_bcmdataexports_export.elsewhere",
		},
	}
}

test_callers_cannot_choose if {
	location := "s3://groundway-dev-111111111111-features/queries/"
	example.verdicts("data_stays_in_our_buckets", {"resource": {"aws_athena_workgroup": {
		"enforced": workgroup(location, "111111111111", true),
		"chosen": workgroup(location, "111111111111", false),
		"owned_by_others": workgroup(location, "999999999999", true),
		"owner_unsaid": workgroup(location, null, true),
		"elsewhere": workgroup("s3://elsewhere/", "111111111111", true),
		"unsaid": {},
	}}}) == {
		"pass": {"aws_athena_workgroup.enforced"},
		"fail": {
			"aws_athena_workgroup.chosen",
			"aws_athena_workgroup.owned_by_others",
			"aws_athena_workgroup.owner_unsaid",
			"aws_athena_workgroup.elsewhere",
			"aws_athena_workgroup.unsaid",
		},
	}
}
