package keys_are_used_through_services_test

import data.lib.example

root := "arn:aws:iam::111111111111:root"

administer := {"Effect": "Allow", "Action": ["kms:PutKeyPolicy"], "Resource": "*", "Principal": {"AWS": root}}

use := {
	"Effect": "Allow",
	"Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
	"Resource": "*",
	"Principal": {"AWS": root},
	"Condition": {"StringEquals": {"kms:ViaService": ["s3.eu-west-1.amazonaws.com"]}},
}

hand_on := {
	"Effect": "Allow",
	"Action": "kms:CreateGrant",
	"Resource": "*",
	"Principal": {"AWS": root},
	"Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
}

logs := {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Principal": {"Service": "logs.amazonaws.com"}}

key(statements) := {"policy": json.marshal({"Version": "2012-10-17", "Statement": statements})}

fail(values) := example.verdicts("keys_are_used_through_services", {"resource": {"aws_kms_key": {"k": values}}}).fail

test_keys_are_used_through_services if {
	fail(key([administer, use, hand_on, logs])) == set()
	fail(key([object.union(administer, {"Principal": {"AWS": "111111111111"}})])) == set()
	every statement in [
		object.union(administer, {"Action": "kms:*"}),
		object.union(administer, {"Action": ["kms:Put*"], "Principal": {"AWS": "arn:aws:iam::111111111111:role/admin"}}),
		object.union(administer, {"Principal": {"AWS": [root, "arn:aws:iam::999999999999:root"]}}),
		object.union(administer, {"Principal": {"AWS": root, "Service": "lambda.amazonaws.com"}}),
		object.union(administer, {"Principal": "*"}),
		object.remove(use, ["Condition"]),
		object.union(object.remove(use, ["Condition"]), {"Principal": {"Service": "s3.amazonaws.com"}}),
		object.remove(hand_on, ["Condition"]),
		object.union(hand_on, {"Action": ["kms:CreateGrant", "kms:Decrypt"]}),
		object.union(administer, {"Action": "*"}),
	] {
		fail(key([statement])) == {"aws_kms_key.k"}
	}
}

test_via_service_means_that_alone if {
	every condition in [
		{"StringLike": {"kms:ViaService": "*"}},
		{"StringEquals": {"kms:ViaService": []}},
		{"StringEquals": {"kms:ViaService": ["s3.eu-west-1.amazonaws.com", "example.com"]}},
		{"StringEqualsIfExists": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
	] {
		statement := object.union(object.remove(use, ["Condition"]), {"Condition": condition})
		fail(key([statement])) == {"aws_kms_key.k"}
	}
}

test_the_policy_is_the_keys_own if {
	fail({}) == {"aws_kms_key.k"}
	fail({"policy": null}) == {"aws_kms_key.k"}
	fail(object.union(key([administer]), {"bypass_policy_lockout_safety_check": false})) == set()
	fail(object.union(key([administer]), {"bypass_policy_lockout_safety_check": true})) == {"aws_kms_key.k"}
	example.verdicts("keys_are_used_through_services", {"resource": {
		"aws_kms_key_policy": {"other": {}},
		"aws_kms_grant": {"other": {}},
	}}).fail == {"aws_kms_key_policy.other", "aws_kms_grant.other"}
}
