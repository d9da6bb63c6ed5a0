package buckets_have_one_owner_test

import data.lib.example

owned(bucket, ownership) := {
	"bucket": sprintf("${aws_s3_bucket.%s.bucket}", [bucket]),
	"rule": {"object_ownership": ownership},
}

test_access_lists_are_off if {
	example.verdicts("buckets_have_one_owner", {"resource": {
		"aws_s3_bucket": {
			"enforced": {"acl": null},
			"planned": {"acl": "${known after apply}"},
			"preferred": {},
			"unsaid": {},
			"twice": {},
		},
		"aws_s3_bucket_ownership_controls": {
			"enforced": owned("enforced", "BucketOwnerEnforced"),
			"planned": owned("planned", "BucketOwnerEnforced"),
			"preferred": owned("preferred", "BucketOwnerPreferred"),
			"twice": owned("twice", "BucketOwnerEnforced"),
			"twice_and_otherwise": owned("twice", "ObjectWriter"),
		},
	}}).fail == {"aws_s3_bucket.preferred", "aws_s3_bucket.unsaid", "aws_s3_bucket.twice"}
}

test_nothing_is_opened_besides if {
	example.verdicts("buckets_have_one_owner", {"resource": {
		"aws_s3_bucket": {
			"list": {"acl": "public-read"},
			"grant": {"grant": [{"type": "Group", "permissions": ["READ"]}]},
			"site": {"website": {"index_document": "index.html"}},
			"read_back": {"acl": null, "grant": [], "website": []},
		},
		"aws_s3_bucket_ownership_controls": {bucket: owned(bucket, "BucketOwnerEnforced") |
			some bucket in ["list", "grant", "site", "read_back"]
		},
		"aws_s3_object": {"plain": {"key": "a"}, "private": {"acl": "private"}, "public": {"acl": "public-read"}},
		"aws_s3_bucket_acl": {"any": {"acl": "private"}},
		"aws_s3_bucket_website_configuration": {"any": {}},
	}}).fail == {
		"aws_s3_bucket.list",
		"aws_s3_bucket.grant",
		"aws_s3_bucket.site",
		"aws_s3_object.public",
		"aws_s3_bucket_acl.any",
		"aws_s3_bucket_website_configuration.any",
	}
}
