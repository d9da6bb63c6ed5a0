package buckets_are_tidied_test

import data.lib.example

rule := {
	"status": "Enabled",
	"filter": [{"prefix": ""}],
	"abort_incomplete_multipart_upload": [{"days_after_initiation": 7}],
	"noncurrent_version_expiration": [{"noncurrent_days": 30}],
}

fail(rules) := example.verdicts("buckets_are_tidied", {"resource": {
	"aws_s3_bucket": {"b": {}},
	"aws_s3_bucket_lifecycle_configuration": {"l": {"bucket": "${aws_s3_bucket.b.bucket}", "rule": rules}},
}}).fail

test_buckets_are_tidied if {
	every rules in [
		[rule],
		[object.remove(rule, ["filter"])],
		[object.union(rule, {"filter": [{"prefix": "", "tag": [], "object_size_less_than": null}]})],
		[object.union(rule, {"prefix": "${known after apply}"})],
		[object.remove(rule, ["noncurrent_version_expiration"]), object.remove(rule, ["abort_incomplete_multipart_upload"])],
	] {
		fail(rules) == set()
	}
	every rules in [
		[],
		[object.union(rule, {"status": "Disabled"})],
		[object.union(rule, {"filter": [{"prefix": "some/"}]})],
		[object.union(rule, {"filter": {"object_size_greater_than": 1}})],
		[object.union(rule, {"prefix": "some/"})],
		[object.remove(rule, ["noncurrent_version_expiration"])],
		[object.remove(rule, ["abort_incomplete_multipart_upload"])],
	] {
		fail(rules) == {"aws_s3_bucket.b"}
	}
	example.verdicts("buckets_are_tidied", {"resource": {"aws_s3_bucket": {"bare": {}}}}).fail == {"aws_s3_bucket.bare"}
}
