package secrets_are_not_written_down_test

import data.lib.example

key := concat("", ["AKIA", "QWERTYUIOPASDFGH"])

password := concat("-", ["correct", "horse"])

secrets := {
	"access_key": {"description": sprintf("with %s", [key])},
	"private_key": {"input": "-----BEGIN EC PRIVATE KEY-----\nMIIE"},
	"token": {"description": concat("", ["ghp_", "0123456789abcdefghijABCDEFGHIJ012345"])},
	"bearer": {"header": concat(" ", ["Bearer", "0123456789abcdefghij"])},
	"address": {"uri": sprintf("postgresql://mlflow:%s@registry/mlflow", [password])},
	"argument": {"password": password},
	"camel_case": {"dbPassword": password},
	"in_json": {"value": json.marshal({"login": {"api_key": password}})},
	"in_json_in_json": {"value": json.marshal({"a": json.marshal({"client_secret": password})})},
	"in_yaml": {"config": sprintf("basic_auth:\n  password: %s\n", [password])},
	"in_a_script": {"user_data": sprintf("#!/bin/sh\nexport MLFLOW_TOKEN='%s'\n", [password])},
	"in_base64": {"user_data": base64.encode(sprintf("export API_KEY=%s", [password]))},
	"option": {"command": sprintf("mlflow login --db-password %s", [password])},
	"environment": {"environment": {"variables": {"DB_PASSWORD": password}}},
	"variables": {"container": [{"env": [{"name": "DB_PASSWORD", "value": password}]}]},
}

harmless := {
	"reference": {"password": "${random_password.p.result}"},
	"arn": {"secret": "arn:aws:secretsmanager:eu-west-1:111111111111:secret:registry-AbCdEf"},
	"switch": {"manage_master_user_password": true, "http_tokens": "required"},
	"empty": {"password": "", "token": null},
	"name_of_a_secret": {"secret_name": "groundway-dev-registry"},
	"prose": {"description": "Passwords and tokens: kept in Secrets Manager"},
	"claims": {"policy": json.marshal({"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"})},
	"address": {"uri": "postgresql://mlflow@registry:5432/mlflow"},
	"base64": {"user_data": base64.encode("echo hello")},
}

test_secrets_are_not_written_down if {
	example.verdicts("secrets_are_not_written_down", {"resource": {"aws_x": secrets, "aws_y": harmless}}) == {
		"pass": {concat(".", ["aws_y", name]) | some name, _ in harmless},
		"fail": {concat(".", ["aws_x", name]) | some name, _ in secrets},
	}
}

stack(part) := example.configured("secrets_are_not_written_down", part).fail

test_nor_around_resources if {
	stack({"output": {"registry": {"value": "${aws_db_instance.r.endpoint}"}}}) == set()
	stack({"output": {"login": {"value": sprintf("password=%s", [password])}}}) == {"stack"}
	stack({"locals": {"key": key}}) == {"stack"}
	stack({"variable": {"key": {"default": key}}}) == {"stack"}
	stack({"data": {"http": {"h": {"request_headers": {"token": password}}}}}) == {"stack"}
	[provider] := example.base.provider.aws
	stack({"provider": {"aws": [object.union(provider, {"secret_key": password})]}}) == {"stack"}
}

test_what_was_found_is_not_shown if {
	found := data.main.deny_data with input as object.union(example.base, {"resource": {"aws_x": secrets}})
	count(found) > 0
	said := json.marshal(found)
	not contains(said, password)
	not contains(said, key)
}
