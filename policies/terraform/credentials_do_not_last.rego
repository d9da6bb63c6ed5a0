package main

import data.lib.terraform as tf

# METADATA
# title: There are no users, access keys or groups
# description: >-
#   A key that does not expire is found one day in a log, an image or a laptop. People come through SSO, workflows with
#   their tokens, pods and nodes with roles; nothing of ours needs a user.
# custom:
#   severity: critical
#   controls: [CIS AWS v3.0 1.14, AWS FSBP IAM.2, AWS FSBP IAM.3, NIST 800-53 IA-5]
#   mend: Take it away; give a role (infra/identity.py) to whoever was to use it.
#   types:
#     - aws_iam_access_key
#     - aws_iam_group
#     - aws_iam_group_membership
#     - aws_iam_group_policy
#     - aws_iam_group_policy_attachment
#     - aws_iam_saml_provider
#     - aws_iam_service_specific_credential
#     - aws_iam_signing_certificate
#     - aws_iam_user
#     - aws_iam_user_group_membership
#     - aws_iam_user_login_profile
#     - aws_iam_user_policy
#     - aws_iam_user_policy_attachment
#     - aws_iam_user_ssh_key
#     - aws_key_pair
#     - aws_rolesanywhere_trust_anchor
#   breaks:
#     - {insert: {aws_iam_user: {name: deployer}}}
#     - {insert: {aws_iam_access_key: {user: deployer}}}
#     - {insert: {aws_iam_user_login_profile: {user: deployer}}}
#     - {insert: {aws_iam_user_group_membership: {user: deployer, groups: [administrators]}}}
#     - {insert: {aws_key_pair: {key_name: nodes, public_key: ssh-ed25519 AAAA}}}
deny_identity contains tf.finding("credentials_do_not_last", resource, resource.type, message) if {
	some type in {
		"aws_iam_access_key",
		"aws_iam_group",
		"aws_iam_group_membership",
		"aws_iam_group_policy",
		"aws_iam_group_policy_attachment",
		"aws_iam_saml_provider",
		"aws_iam_service_specific_credential",
		"aws_iam_signing_certificate",
		"aws_iam_user",
		"aws_iam_user_group_membership",
		"aws_iam_user_login_profile",
		"aws_iam_user_policy",
		"aws_iam_user_policy_attachment",
		"aws_iam_user_ssh_key",
		"aws_key_pair",
		"aws_rolesanywhere_trust_anchor",
	}
	some resource in tf.of(type)
	message := "makes a credential that does not expire"
}
