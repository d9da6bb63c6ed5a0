package resources_are_adopted_at_home_test

import data.lib.example

judged(stack) := example.configured("resources_are_adopted_at_home", stack).fail

imported(id) := judged({"import": [{"to": "aws_s3_bucket.x", "id": id}]})

moved(from, to) := judged({"moved": [{"from": from, "to": to}]})

test_resources_are_adopted_at_home if {
	judged({}) == set()
	moved("aws_s3_bucket.x", "aws_s3_bucket.y") == set()
	moved("aws_s3_bucket.x", "aws_kms_key.x") == {"stack"}
	moved("module.a.aws_s3_bucket.x", "aws_s3_bucket.x") == {"stack"}
	imported("groundway-dev-111111111111-data") == set()
	imported("vpc-0a1b") == set()
	imported("arn:aws:iam::999999999999:policy/x") == {"stack"}
	imported("${var.id}") == {"stack"}
	judged({"import": [{"to": "aws_s3_bucket.x", "id": "x", "provider": "aws.other"}]}) == {"stack"}
	judged({"import": [{"to": "aws_s3_bucket.x[each.key]", "for_each": {}, "id": "x"}]}) == {"stack"}
	judged({"removed": [{"from": "aws_s3_bucket.x"}]}) == {"stack"}
}
