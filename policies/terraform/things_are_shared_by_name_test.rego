package things_are_shared_by_name_test

import data.lib.example

object_of_ours := "arn:aws:s3:::groundway-dev-data/*"

base := {"Effect": "Allow", "Action": "s3:GetObject", "Resource": object_of_ours}

policy(parts) := {"policy": json.marshal({
	"Version": "2012-10-17",
	"Statement": [object.union(base, parts)],
})}

to(principal) := policy({"Principal": principal})

root(account) := {"AWS": sprintf("arn:aws:iam::%s:root", [account])}

for_account(account) := {"StringEquals": {"aws:PrincipalAccount": account}}

through(account) := policy({"Principal": "*", "Action": "*", "Resource": "*", "Condition": for_account(account)})

test_things_are_shared_by_name if {
	example.verdicts("things_are_shared_by_name", {"resource": {
		"aws_s3_bucket_policy": {
			"ours": to(root("111111111111")),
			"service": to({"Service": "cloudtrail.amazonaws.com"}),
			"conditioned": policy({"Principal": "*", "Condition": for_account("111111111111")}),
			"denied": policy({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}),
			"everybody": to("*"),
			"every_account": to({"AWS": ["*"]}),
			"stranger": to(root("999999999999")),
			"promoted_to": to(root("333333333333")),
			"conditioned_on_a_stranger": policy({"Principal": "*", "Condition": for_account(["999999999999"])}),
			"conditioned_on_nothing": policy({"Principal": "*", "Condition": for_account([])}),
			"nobody": to({}),
			"any_action": policy({"Principal": root("111111111111"), "Action": ["s3:*"]}),
			"any_resource": policy({"Principal": root("111111111111"), "Resource": "*"}),
		},
		"aws_ecr_repository_policy": {
			"promoted_to": to(root("333333333333")),
			"stranger": to(root("999999999999")),
		},
		"aws_kms_key": {"itself": policy({"Principal": root("111111111111"), "Resource": "*"})},
		"aws_vpc_endpoint": {
			"ours": through("111111111111"),
			"packages": to("*"),
			"strangers": through("999999999999"),
			"anything": policy({"Principal": "*", "Resource": "*"}),
		},
	}}) == {
		"pass": {
			"aws_s3_bucket_policy.ours",
			"aws_s3_bucket_policy.service",
			"aws_s3_bucket_policy.conditioned",
			"aws_s3_bucket_policy.denied",
			"aws_ecr_repository_policy.promoted_to",
			"aws_kms_key.itself",
			"aws_vpc_endpoint.ours",
			"aws_vpc_endpoint.packages",
		},
		"fail": {
			"aws_s3_bucket_policy.everybody",
			"aws_s3_bucket_policy.every_account",
			"aws_s3_bucket_policy.stranger",
			"aws_s3_bucket_policy.promoted_to",
			"aws_s3_bucket_policy.conditioned_on_a_stranger",
			"aws_s3_bucket_policy.conditioned_on_nothing",
			"aws_s3_bucket_policy.nobody",
			"aws_s3_bucket_policy.any_action",
			"aws_s3_bucket_policy.any_resource",
			"aws_ecr_repository_policy.stranger",
			"aws_vpc_endpoint.strangers",
			"aws_vpc_endpoint.anything",
		},
	}
}
