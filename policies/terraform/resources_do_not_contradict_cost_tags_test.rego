package resources_do_not_contradict_cost_tags_test

import data.lib.example

test_resources_do_not_contradict_cost_tags if {
	example.verdicts("resources_do_not_contradict_cost_tags", {"resource": {
		"aws_s3_bucket": {
			"untagged": {},
			"null": {"tags": null},
			"named": {"tags": {"Name": "models", "karpenter.sh/discovery": "groundway-dev"}},
			"of_a_model": {"tags": {"model": "delays", "run": "r1", "team": "demand"}},
			"empty": {"tags": {"cost-center": ""}},
			"unknown": {"tags": {"team": "somebody"}},
			"elsewhere": {"tags": {"environment": "prod"}},
			"misspelled": {"tags": {"CostCenter": "cc-1001"}},
			"capital": {"tags": {"Team": "ml-platform"}},
		},
		"aws_launch_template": {
			"tagged": {"tag_specifications": [{"resource_type": "volume", "tags": example.tags}]},
			"unknown": {"tag_specifications": [{"resource_type": "volume", "tags": {"owner": "nobody"}}]},
		},
		"aws_autoscaling_group_tag": {
			"tagged": {"tag": {"key": "team", "value": "demand"}},
			"unknown": {"tag": [{"key": "team", "value": "somebody"}]},
		},
		"aws_ecr_repository_creation_template": {"unknown": {"resource_tags": {"project": "other"}}},
	}}) == {
		"pass": {
			"aws_s3_bucket.untagged",
			"aws_s3_bucket.null",
			"aws_s3_bucket.named",
			"aws_s3_bucket.of_a_model",
			"aws_launch_template.tagged",
			"aws_autoscaling_group_tag.tagged",
		},
		"fail": {
			"aws_s3_bucket.empty",
			"aws_s3_bucket.unknown",
			"aws_s3_bucket.elsewhere",
			"aws_s3_bucket.misspelled",
			"aws_s3_bucket.capital",
			"aws_launch_template.unknown",
			"aws_autoscaling_group_tag.unknown",
			"aws_ecr_repository_creation_template.unknown",
		},
	}
}

test_tags_are_written_out if {
	example.configured("resources_do_not_contradict_cost_tags", {"resource": {"aws_s3_bucket": {
		"expression": {"tags": "${merge(local.tags, {team = null})}"},
		"written": {"tags": {}},
	}}}).fail == {"aws_s3_bucket.expression"}
}

bucket(name, tags) := {
	"address": sprintf("aws_s3_bucket.%s", [name]),
	"type": "aws_s3_bucket",
	"name": name,
	"mode": "managed",
	"change": {"actions": ["create"], "after": {"tags": null, "tags_all": tags}, "after_unknown": {}},
}

test_a_plan_says_what_tags_come_to if {
	example.planned("resources_do_not_contradict_cost_tags", {"resource_changes": [
		bucket("whole", example.tags),
		bucket("lacking", object.remove(example.tags, ["run"])),
	]}).fail == {"aws_s3_bucket.lacking"}
}
