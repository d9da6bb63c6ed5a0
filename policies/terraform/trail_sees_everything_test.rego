package trail_sees_everything_test

import data.lib.example

management := {"field_selector": [{"field": "eventCategory", "equals": ["Management"]}]}

objects := {"field_selector": [
	{"field": "eventCategory", "equals": ["Data"]},
	{"field": "resources.type", "equals": ["AWS::S3::Object"]},
	{"field": "resources.ARN", "starts_with": ["arn:aws:s3:::data/"]},
]}

writes_only(selector) := {"field_selector": array.concat(
	selector.field_selector,
	[{"field": "readOnly", "equals": ["false"], "starts_with": null}],
)}

trail := {
	"is_multi_region_trail": true,
	"enable_log_file_validation": true,
	"cloud_watch_logs_group_arn": "${aws_cloudwatch_log_group.trail.arn}:*",
	"cloud_watch_logs_role_arn": "${aws_iam_role.trail.arn}",
	"advanced_event_selector": [management, objects, writes_only(objects)],
}

test_trail_sees_everything if {
	example.verdicts("trail_sees_everything", {"resource": {"aws_cloudtrail": {
		"whole": trail,
		"all_said": object.union(trail, {"include_global_service_events": true, "enable_logging": true}),
		"one_region": object.remove(trail, ["is_multi_region_trail"]),
		"editable": object.union(trail, {"enable_log_file_validation": false}),
		"without_global": object.union(trail, {"include_global_service_events": false}),
		"stopped": object.union(trail, {"enable_logging": false}),
		"without_group": object.remove(trail, ["cloud_watch_logs_group_arn"]),
		"without_role": object.union(trail, {"cloud_watch_logs_role_arn": ""}),
		"unsaid": object.remove(trail, ["advanced_event_selector"]),
		"without_management": object.union(trail, {"advanced_event_selector": [objects]}),
		"management_without_reading": object.union(trail, {"advanced_event_selector": [writes_only(management), objects]}),
		"without_objects": object.union(trail, {"advanced_event_selector": [management]}),
		"objects_without_reading": object.union(trail, {"advanced_event_selector": [management, writes_only(objects)]}),
	}}}) == {
		"pass": {"aws_cloudtrail.whole", "aws_cloudtrail.all_said"},
		"fail": {
			"aws_cloudtrail.one_region",
			"aws_cloudtrail.editable",
			"aws_cloudtrail.without_global",
			"aws_cloudtrail.stopped",
			"aws_cloudtrail.without_group",
			"aws_cloudtrail.without_role",
			"aws_cloudtrail.unsaid",
			"aws_cloudtrail.without_management",
			"aws_cloudtrail.management_without_reading",
			"aws_cloudtrail.without_objects",
			"aws_cloudtrail.objects_without_reading",
		},
	}
}
