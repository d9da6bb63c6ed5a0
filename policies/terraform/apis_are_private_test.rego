package apis_are_private_test

import data.lib.example

test_apis_are_private if {
	example.verdicts("apis_are_private", {"resource": {
		"aws_api_gateway_rest_api": {
			"private": {"endpoint_configuration": {"types": ["PRIVATE"]}},
			"regional": {"endpoint_configuration": {"types": ["PRIVATE", "REGIONAL"]}},
			"unsaid": {},
		},
		"aws_apprunner_service": {
			"private": {"network_configuration": {"ingress_configuration": {"is_publicly_accessible": false}}},
			"public": {"network_configuration": {"ingress_configuration": {"is_publicly_accessible": true}}},
			"unsaid": {},
		},
		"aws_lambda_function_url": {
			"signed": {"authorization_type": "AWS_IAM"},
			"anybody": {"authorization_type": "NONE"},
			"unsaid": {},
		},
		"aws_apigatewayv2_api": {"any": {}},
		"aws_cloudfront_distribution": {"any": {}},
		"aws_globalaccelerator_accelerator": {"any": {}},
	}}) == {
		"pass": {"aws_api_gateway_rest_api.private", "aws_apprunner_service.private", "aws_lambda_function_url.signed"},
		"fail": {
			"aws_api_gateway_rest_api.regional",
			"aws_api_gateway_rest_api.unsaid",
			"aws_apprunner_service.public",
			"aws_apprunner_service.unsaid",
			"aws_lambda_function_url.anybody",
			"aws_lambda_function_url.unsaid",
			"aws_apigatewayv2_api.any",
			"aws_cloudfront_distribution.any",
			"aws_globalaccelerator_accelerator.any",
		},
	}
}
