package secrets_are_not_shown_test

import data.lib.example

judged(output) := example.configured("secrets_are_not_shown", {"output": output}).fail

planned(outputs) := example.planned(
	"secrets_are_not_shown",
	{"configuration": {"root_module": {"outputs": outputs}}},
).fail

password := "${aws_db_instance.registry.password}"

test_secrets_are_not_shown if {
	judged({"address": {"value": "${aws_db_instance.registry.address}"}}) == set()
	judged({"login": {"value": password, "sensitive": true}}) == set()
	judged({"login": {"value": password}}) == {"stack"}
	judged({"login": {"value": password, "sensitive": false}}) == {"stack"}
	judged({"db_password": {"value": "${aws_db_instance.registry.address}"}}) == {"stack"}
}

test_plans_do_not_show_them_either if {
	expression := {"references": ["aws_db_instance.registry.password"]}
	planned({"login": {"expression": expression, "sensitive": true}}) == set()
	planned({"login": {"expression": expression}}) == {"stack"}
}
