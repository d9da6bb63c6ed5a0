package main

import data.lib.terraform as tf

# METADATA
# title: Events go to targets of our own account, and nobody else puts any on our bus
# description: >-
#   Events tell what happens, to whom and when. A target elsewhere is a listener; a bus that anybody may write to makes
#   our own rules act on what strangers say.
# custom:
#   severity: high
#   controls: [NIST 800-53 AC-4, NIST 800-53 SC-7]
#   mend: >-
#     Name a target that a stack makes, or one of the environment's account. Send nothing to addresses of the
#     internet.
#   types:
#     - aws_cloudwatch_event_api_destination
#     - aws_cloudwatch_event_permission
#     - aws_cloudwatch_event_target
#   breaks:
#     - {type: aws_cloudwatch_event_target, at: arn, set: "arn:aws:sqs:eu-west-1:444444444444:elsewhere"}
#     - {type: aws_cloudwatch_event_target, remove: arn}
#     - insert: {aws_cloudwatch_event_permission: {principal: "*", statement_id: x}}
#     - insert: {aws_cloudwatch_event_permission: {principal: "444444444444", statement_id: x}}
#     - insert: {aws_cloudwatch_event_api_destination: {name: x, invocation_endpoint: "https://example.com",
#         http_method: POST}}
deny_monitoring contains tf.finding("events_stay_with_us", target, arn, "must be in our own account") if {
	some target in tf.of("aws_cloudwatch_event_target")
	arn := object.get(target.values, "arn", "")
	not event_target_of_ours(arn)
}

deny_monitoring contains tf.finding("events_stay_with_us", permission, principal, message) if {
	some permission in tf.of("aws_cloudwatch_event_permission")
	principal := object.get(permission.values, "principal", null)
	not principal in tf.allowed.accounts
	message := "must let our own account in only"
}

deny_monitoring contains tf.finding("events_stay_with_us", destination, destination.type, "must not be made") if {
	some destination in tf.of("aws_cloudwatch_event_api_destination")
}

event_target_of_ours(arn) if tf.is_reference(arn)

event_target_of_ours(arn) if split(arn, ":")[4] in tf.allowed.accounts
