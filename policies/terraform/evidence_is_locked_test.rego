package evidence_is_locked_test

import data.lib.example

in_prod := {"provider": {"aws": [{
	"region": "eu-west-1",
	"allowed_account_ids": ["333333333333"],
	"default_tags": [{"tags": object.union(example.tags, {"environment": "prod"})}],
}]}}

stack(bucket, retention) := {"resource": {
	"aws_cloudtrail": {"trail": {"s3_bucket_name": "${aws_s3_bucket.evidence.bucket}"}},
	"aws_s3_bucket": {"evidence": bucket},
	"aws_s3_bucket_object_lock_configuration": {"lock": {
		"bucket": "${aws_s3_bucket.evidence.bucket}",
		"rule": {"default_retention": retention},
	}},
}}

fail(bucket, retention) := example.verdicts(
	"evidence_is_locked",
	object.union(in_prod, stack(bucket, retention)),
).fail

test_evidence_is_locked if {
	lockable := {"object_lock_enabled": true}
	fail(lockable, {"mode": "GOVERNANCE", "days": 365}) == set()
	fail(lockable, {"mode": "COMPLIANCE", "years": 1}) == set()
	trail := {"aws_cloudtrail.trail"}
	fail(lockable, {"mode": "GOVERNANCE", "days": 364}) == trail
	fail(lockable, {"mode": "GOVERNANCE"}) == trail
	fail(lockable, {"days": 365}) == trail
	fail({}, {"mode": "GOVERNANCE", "days": 365}) == trail
}

test_the_lock_is_that_of_the_bucket if {
	example.verdicts("evidence_is_locked", object.union(in_prod, {"resource": {
		"aws_cloudtrail": {
			"unlocked": {"s3_bucket_name": "${aws_s3_bucket.unlocked.bucket}"},
			"elsewhere": {"s3_bucket_name": "somewhere-else"},
			"unsaid": {},
		},
		"aws_s3_bucket": {"unlocked": {"object_lock_enabled": true}, "other": {"object_lock_enabled": true}},
		"aws_s3_bucket_object_lock_configuration": {"other": {
			"bucket": "${aws_s3_bucket.other.bucket}",
			"rule": {"default_retention": {"mode": "COMPLIANCE", "days": 365}},
		}},
	}})).fail == {"aws_cloudtrail.unlocked", "aws_cloudtrail.elsewhere", "aws_cloudtrail.unsaid"}
}

test_dev_for_a_day if {
	one_day := stack({"object_lock_enabled": true}, {"mode": "GOVERNANCE", "days": 1})
	example.verdicts("evidence_is_locked", one_day).fail == set()
	no_day := stack({"object_lock_enabled": true}, {"mode": "GOVERNANCE", "days": 0})
	example.verdicts("evidence_is_locked", no_day).fail == {"aws_cloudtrail.trail"}
}

test_the_log_group_stays if {
	example.configured("evidence_is_locked", object.union(in_prod, {"resource": {
		"aws_cloudtrail": {"trail": {"cloud_watch_logs_group_arn": "${aws_cloudwatch_log_group.kept.arn}:*"}},
		"aws_cloudwatch_log_group": {"kept": {"lifecycle": {"prevent_destroy": true}}, "other": {}},
	}})).pass == {"aws_cloudwatch_log_group.kept", "aws_cloudwatch_log_group.other"}
	example.configured("evidence_is_locked", object.union(in_prod, {"resource": {
		"aws_cloudtrail": {"trail": {"cloud_watch_logs_group_arn": "${aws_cloudwatch_log_group.loose.arn}:*"}},
		"aws_cloudwatch_log_group": {"loose": {}},
	}})).fail == {"aws_cloudtrail.trail", "aws_cloudwatch_log_group.loose"}
}
