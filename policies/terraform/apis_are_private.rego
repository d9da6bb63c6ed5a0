package main

import data.lib.terraform as tf

# METADATA
# title: Nothing of the platform is published to the internet by a managed front door
# description: >-
#   API gateways, distributions, function addresses and App Runner need no security group and no subnet to be public:
#   they are so from the first minute, past everything that the network keeps out.
# custom:
#   severity: high
#   controls: [NIST 800-53 SC-7, NIST 800-53 AC-3]
#   mend: >-
#     Use a REST API of type PRIVATE, a function address with authorization_type AWS_IAM, App Runner with
#     is_publicly_accessible = false; or an internal load balancer.
#   types:
#     - aws_api_gateway_rest_api
#     - aws_apigatewayv2_api
#     - aws_apprunner_service
#     - aws_cloudfront_distribution
#     - aws_globalaccelerator_accelerator
#     - aws_lambda_function_url
#   breaks:
#     - insert: {aws_api_gateway_rest_api: {name: x}}
#     - insert: {aws_api_gateway_rest_api: {name: x, endpoint_configuration: {types: [REGIONAL]}}}
#     - insert: {aws_apigatewayv2_api: {name: x, protocol_type: HTTP}}
#     - insert: {aws_apprunner_service: {service_name: x}}
#     - insert: {aws_cloudfront_distribution: {enabled: true}}
#     - insert: {aws_globalaccelerator_accelerator: {name: x}}
#     - insert: {aws_lambda_function_url: {function_name: x, authorization_type: NONE}}
deny_network contains tf.finding("apis_are_private", api, api.type, "must not be published to the internet") if {
	some type in [
		"aws_api_gateway_rest_api",
		"aws_apigatewayv2_api",
		"aws_apprunner_service",
		"aws_cloudfront_distribution",
		"aws_globalaccelerator_accelerator",
		"aws_lambda_function_url",
	]
	some api in tf.of(type)
	not private_api(api)
}

private_api(api) if {
	api.type == "aws_api_gateway_rest_api"
	tf.at(api.values, ["endpoint_configuration", "types"], []) == ["PRIVATE"]
}

private_api(api) if {
	api.type == "aws_apprunner_service"
	path := ["network_configuration", "ingress_configuration", "is_publicly_accessible"]
	tf.at(api.values, path, null) in {false, "false"}
}

private_api(api) if {
	api.type == "aws_lambda_function_url"
	api.values.authorization_type == "AWS_IAM"
}
