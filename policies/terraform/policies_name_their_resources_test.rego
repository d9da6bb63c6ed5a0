package policies_name_their_resources_test

import data.lib.example

policy(name, action, resource) := {"name": name, "policy": json.marshal({
	"Version": "2012-10-17",
	"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}],
})}

test_policies_name_their_resources if {
	example.verdicts("policies_name_their_resources", {"resource": {
		"aws_iam_policy": {
			"boundary": policy("groundway-dev-boundary", "ec2:*", "*"),
			"not_the_boundary": policy("groundway-dev-limit", "ec2:CreateVpc", "*"),
		},
		"aws_iam_role_policy": {
			"named": policy("named", "s3:GetObject", ["arn:aws:s3:::groundway-dev-data/*"]),
			"without_resource": policy("looks", ["cloudwatch:PutMetricData", "ec2:DescribeSubnets"], "*"),
			"anything": policy("anything", "s3:GetObject", "*"),
			"anything_as_well": policy("both", ["cloudwatch:PutMetricData", "s3:GetObject"], ["*"]),
			"every_bucket": policy("buckets", "s3:GetObject", "arn:aws:s3:::*"),
			"every_object": policy("objects", "s3:GetObject", "arn:aws:s3:::*/*"),
			"every_service": policy("services", "s3:GetObject", "arn:aws:*:eu-west-1:111111111111:data"),
			"every_partition": policy("partition", "s3:GetObject", "arn:*"),
			"nothing": policy("nothing", "s3:GetObject", []),
		},
	}}) == {
		"pass": {
			"aws_iam_policy.boundary",
			"aws_iam_role_policy.named",
			"aws_iam_role_policy.without_resource",
		},
		"fail": {
			"aws_iam_policy.not_the_boundary",
			"aws_iam_role_policy.anything",
			"aws_iam_role_policy.anything_as_well",
			"aws_iam_role_policy.every_bucket",
			"aws_iam_role_policy.every_object",
			"aws_iam_role_policy.every_service",
			"aws_iam_role_policy.every_partition",
			"aws_iam_role_policy.nothing",
		},
	}
}
