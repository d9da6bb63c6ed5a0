package parameters_are_no_secrets_test

import data.lib.example

test_parameters_are_no_secrets if {
	example.verdicts("parameters_are_no_secrets", {"resource": {
		"aws_ssm_parameter": {
			"plain": {"name": "/groundway/dev/platform", "type": "String"},
			"list": {"name": "/groundway/dev/zones", "type": "StringList"},
			"sealed": {"name": "/groundway/dev/platform", "type": "SecureString"},
			"unsaid": {"name": "/groundway/dev/platform"},
			"password": {"name": "/groundway/dev/registry/Password", "type": "String"},
			"api_key": {"name": "/groundway/dev/api-key", "type": "String"},
		},
		"aws_secretsmanager_secret_version": {"any": {"secret_id": "registry"}},
	}}) == {
		"pass": {"aws_ssm_parameter.plain", "aws_ssm_parameter.list"},
		"fail": {
			"aws_ssm_parameter.sealed",
			"aws_ssm_parameter.unsaid",
			"aws_ssm_parameter.password",
			"aws_ssm_parameter.api_key",
			"aws_secretsmanager_secret_version.any",
		},
	}
}
