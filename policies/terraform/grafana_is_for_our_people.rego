package main

import data.lib.terraform as tf

# METADATA
# title: Grafana knows people by single sign-on, reaches data through the network, and runs no plugins of its own
# description: >-
#   People open it from outside, so its door is who they are: single sign-on, and no tokens of its own. Metrics are read
#   from inside the VPC; a plugin that an administrator may add would read them too.
# custom:
#   severity: high
#   controls: [NIST 800-53 IA-2, NIST 800-53 AC-3, NIST 800-53 SC-7, NIST 800-53 CM-7]
#   mend: >-
#     Make the workspace with infra/grafana.py: AWS_SSO or SAML, CURRENT_ACCOUNT, CUSTOMER_MANAGED, vpc_configuration,
#     and pluginAdminEnabled false in its configuration. Use service accounts of single sign-on, not API keys.
#   types: [aws_grafana_workspace, aws_grafana_workspace_api_key, aws_grafana_workspace_service_account_token]
#   breaks:
#     - {type: aws_grafana_workspace, at: authentication_providers, set: []}
#     - {type: aws_grafana_workspace, remove: authentication_providers}
#     - {type: aws_grafana_workspace, at: account_access_type, set: ORGANIZATION}
#     - {type: aws_grafana_workspace, at: permission_type, set: SERVICE_MANAGED}
#     - {type: aws_grafana_workspace, remove: vpc_configuration}
#     - {type: aws_grafana_workspace, at: vpc_configuration.security_group_ids, set: []}
#     - {type: aws_grafana_workspace, at: configuration.plugins.pluginAdminEnabled, set: true}
#     - {type: aws_grafana_workspace, remove: configuration}
#     - insert: {aws_grafana_workspace_api_key: {key_name: x, key_role: ADMIN, seconds_to_live: 3600,
#         workspace_id: g-1}}
#     - insert: {aws_grafana_workspace_service_account_token: {name: x, service_account_id: "1", seconds_to_live: 3600,
#         workspace_id: g-1}}
deny_monitoring contains tf.finding("grafana_is_for_our_people", workspace, wrong, message) if {
	some workspace in tf.of("aws_grafana_workspace")
	wrong := grafana_wants - grafana_has(workspace.values)
	count(wrong) > 0
	message := "must be for our people, in our network"
}

deny_monitoring contains tf.finding("grafana_is_for_our_people", token, token.type, "must not be made") if {
	some type in ["aws_grafana_workspace_api_key", "aws_grafana_workspace_service_account_token"]
	some token in tf.of(type)
}

grafana_wants := {"single sign-on", "this account", "a role of ours", "the network", "no plugins"}

grafana_has(workspace) := {want | some want in grafana_wants; grafana_meets(workspace, want)}

grafana_meets(workspace, "single sign-on") if {
	count(workspace.authentication_providers) > 0
	every provider in workspace.authentication_providers {
		provider in {"AWS_SSO", "SAML"}
	}
}

grafana_meets(workspace, "this account") if workspace.account_access_type == "CURRENT_ACCOUNT"

grafana_meets(workspace, "a role of ours") if workspace.permission_type == "CUSTOMER_MANAGED"

grafana_meets(workspace, "the network") if {
	every list in ["security_group_ids", "subnet_ids"] {
		count(tf.at(workspace, ["vpc_configuration", list], [])) > 0
	}
}

grafana_meets(workspace, "no plugins") if {
	json.is_valid(workspace.configuration)
	json.unmarshal(workspace.configuration).plugins.pluginAdminEnabled == false
}
