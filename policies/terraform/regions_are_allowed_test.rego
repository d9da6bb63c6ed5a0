package regions_are_allowed_test

import data.lib.example

test_regions_are_allowed if {
	example.verdicts("regions_are_allowed", {"resource": {
		"aws_kms_key": {
			"unsaid": {},
			"here": {"region": "eu-west-1"},
			"there": {"region": "us-east-1"},
		},
		"aws_subnet": {
			"here": {"availability_zone": "eu-west-1b"},
			"there": {"availability_zone": "us-gov-west-1a"},
		},
		"aws_iam_role_policy": {
			"here": {"policy": "{\"Resource\":\"arn:aws:sqs:eu-west-1:111111111111:jobs\"}"},
			"there": {"policy": "{\"Resource\":\"arn:aws:sqs:ap-northeast-1:111111111111:jobs\"}"},
		},
		"aws_s3_bucket_policy": {
			"of_the_bill": {"policy": "arn:aws:cur:us-east-1:111111111111:definition/*"},
			"of_something_else": {"policy": "arn:aws:sqs:us-east-1:111111111111:jobs"},
		},
		"aws_cloudwatch_dashboard": {
			"of_the_bill": {"dashboard_body": "{\"region\":\"us-east-1\"}"},
			"of_elsewhere": {"dashboard_body": "{\"region\":\"us-west-1\"}"},
		},
	}}) == {
		"pass": {
			"aws_kms_key.unsaid",
			"aws_kms_key.here",
			"aws_subnet.here",
			"aws_iam_role_policy.here",
			"aws_s3_bucket_policy.of_the_bill",
			"aws_cloudwatch_dashboard.of_the_bill",
		},
		"fail": {
			"aws_kms_key.there",
			"aws_subnet.there",
			"aws_iam_role_policy.there",
			"aws_s3_bucket_policy.of_something_else",
			"aws_cloudwatch_dashboard.of_elsewhere",
		},
	}
}

in_region(region) := example.verdicts("regions_are_allowed", {"provider": {"aws": [object.union(
	example.base.provider.aws[0],
	{"region": region},
)]}}).fail

test_the_provider_is_in_an_allowed_region if {
	in_region("eu-west-1") == set()
	in_region("us-west-2") == {"stack"}
	in_region("${var.region}") == {"stack"}
}
