package main

import data.lib.terraform as tf

# METADATA
# title: The trail records what is done in every region, unforgeably, and hands it to CloudWatch
# description: >-
#   Who looks for a place to hide takes a region that nobody watches, stops the trail or edits its files. Digests show
#   that; the log group is what alarms listen to.
# custom:
#   severity: high
#   controls:
#     - CIS AWS v3.0 3.1
#     - CIS AWS v3.0 3.2
#     - CIS AWS v3.0 3.8
#     - CIS AWS v3.0 3.9
#     - AWS FSBP CloudTrail.1
#     - AWS FSBP CloudTrail.4
#     - AWS FSBP CloudTrail.5
#     - NIST 800-53 AU-2
#     - NIST 800-53 AU-10
#   mend: Make the trail with infra/trail.py.
#   types: [aws_cloudtrail]
#   breaks:
#     - {type: aws_cloudtrail, at: is_multi_region_trail, set: false}
#     - {type: aws_cloudtrail, remove: is_multi_region_trail}
#     - {type: aws_cloudtrail, at: enable_log_file_validation, set: false}
#     - {type: aws_cloudtrail, remove: enable_log_file_validation}
#     - {type: aws_cloudtrail, at: include_global_service_events, set: false}
#     - {type: aws_cloudtrail, at: enable_logging, set: false}
#     - {type: aws_cloudtrail, remove: cloud_watch_logs_group_arn}
#     - {type: aws_cloudtrail, remove: cloud_watch_logs_role_arn}
#     - {type: aws_cloudtrail, at: advanced_event_selector.0, remove: true}
#     - {type: aws_cloudtrail, at: advanced_event_selector.0.field_selector.0.equals, set: [Data]}
#     - {type: aws_cloudtrail, at: advanced_event_selector.0.field_selector, append: {field: readOnly,
#         equals: ["true"]}}
#     - {type: aws_cloudtrail, at: advanced_event_selector.1, remove: true}
#     - {type: aws_cloudtrail, at: advanced_event_selector, remove: true}
deny_logging contains tf.finding("trail_sees_everything", trail, {switch: value}, "must be on") if {
	some trail in tf.of("aws_cloudtrail")
	some switch, by_default in trail_switches
	value := object.get(trail.values, switch, null)
	not value in {true, "true"} | by_default
}

deny_logging contains tf.finding("trail_sees_everything", trail, argument, "must hand its events to a log group") if {
	some trail in tf.of("aws_cloudtrail")
	some argument in {"cloud_watch_logs_group_arn", "cloud_watch_logs_role_arn"}
	object.get(trail.values, argument, null) in {null, ""}
}

deny_logging contains tf.finding("trail_sees_everything", trail, null, "must record all events that manage") if {
	some trail in tf.of("aws_cloudtrail")
	not records_fields(trail, {"eventCategory": {"Management"}})
}

deny_logging contains tf.finding("trail_sees_everything", trail, null, message) if {
	some trail in tf.of("aws_cloudtrail")
	not records_fields(trail, {"eventCategory": {"Data"}, "resources.type": {"AWS::S3::Object"}})
	message := "must record events of objects, reading and writing"
}

# Each with the values that are as good as true: null where AWS has it on unless it is off.
trail_switches := {
	"is_multi_region_trail": set(),
	"enable_log_file_validation": set(),
	"include_global_service_events": {null},
	"enable_logging": {null},
}

# Whether a selector takes exactly these fields; objects are named by the start of their ARN, besides.
records_fields(trail, wanted) if {
	some selector in tf.blocks(trail.values, "advanced_event_selector")
	fields := {f.field: {value | some value in object.get(f, "equals", [])} |
		some f in tf.blocks(selector, "field_selector")
		not f.field == "resources.ARN"
	}
	fields == wanted
}
