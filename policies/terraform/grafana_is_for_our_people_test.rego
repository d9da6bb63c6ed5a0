package grafana_is_for_our_people_test

import data.lib.example

sound := {
	"authentication_providers": ["AWS_SSO"],
	"account_access_type": "CURRENT_ACCOUNT",
	"permission_type": "CUSTOMER_MANAGED",
	"vpc_configuration": {"security_group_ids": ["sg-1"], "subnet_ids": ["subnet-1"]},
	"configuration": json.marshal({"plugins": {"pluginAdminEnabled": false}}),
}

# Whether a workspace fails that is sound but for this.
fails(values) if {
	example.verdicts("grafana_is_for_our_people", {"resource": {
		"aws_grafana_workspace": {"a": object.union(sound, values)},
	}}).fail == {"aws_grafana_workspace.a"}
}

test_workspaces if {
	not fails({})
	not fails({"authentication_providers": ["SAML"], "vpc_configuration": [sound.vpc_configuration]})
	fails({"authentication_providers": []})
	fails({"authentication_providers": ["AWS_SSO", "PASSWORDS"]})
	fails({"account_access_type": "ORGANIZATION"})
	fails({"permission_type": "SERVICE_MANAGED"})
	fails({"vpc_configuration": []})
	fails({"vpc_configuration": {"security_group_ids": []}})
	fails({"vpc_configuration": {"subnet_ids": []}})
	fails({"configuration": json.marshal({"plugins": {"pluginAdminEnabled": true}})})
	fails({"configuration": "{}"})
	fails({"configuration": "no JSON"})
}

test_tokens_and_what_is_unsaid if {
	example.verdicts("grafana_is_for_our_people", {"resource": {
		"aws_grafana_workspace": {"unsaid": {}},
		"aws_grafana_workspace_api_key": {"any": {}},
		"aws_grafana_workspace_service_account_token": {"any": {}},
	}}).fail == {
		"aws_grafana_workspace.unsaid",
		"aws_grafana_workspace_api_key.any",
		"aws_grafana_workspace_service_account_token.any",
	}
}
