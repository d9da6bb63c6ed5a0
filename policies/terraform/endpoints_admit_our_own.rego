package main

import data.lib.iam
import data.lib.terraform as tf

# METADATA
# title: VPC endpoints admit principals of the environment's own account, and little else
# description: >-
#   An endpoint without a policy carries anybody's credentials: a job signs with keys of its own account and copies a
#   bucket there, past NAT and flow logs. What nobody of ours signs is named one by one - image layers and packages of
#   AWS, tokens of pods that ask for one of our roles. AWS documents no policy for eks-auth.
# custom:
#   severity: high
#   controls: [NIST 800-53 AC-4, NIST 800-53 SC-7, NIST 800-53 AC-3]
#   mend: >-
#     Give each statement that allows the condition StringEquals aws:PrincipalAccount with the environment's account
#     (infra/endpoints.py), or list the objects of others under `foreign_objects` in policies/allowed.yaml.
#   types: [aws_vpc_endpoint, aws_vpc_endpoint_policy]
#   breaks:
#     - {type: aws_vpc_endpoint, remove: policy}
#     - {type: aws_vpc_endpoint, at: policy.Statement.0.Condition, remove: true}
#     - {type: aws_vpc_endpoint, at: policy.Statement.0.Condition.StringEquals,
#         set: {"aws:PrincipalAccount": "444444444444"}}
#     - {type: aws_vpc_endpoint, at: policy.Statement.0.Condition,
#         set: {StringNotEquals: {"aws:PrincipalAccount": "444444444444"}}}
#     - {type: aws_vpc_endpoint, at: policy.Statement.1.Resource, set: "*"}
#     - {type: aws_vpc_endpoint, at: policy.Statement.1.Action, set: "*"}
#     - insert: {aws_vpc_endpoint_policy: {vpc_endpoint_id: vpce-1, policy: "{}"}}
deny_network contains tf.finding("endpoints_admit_our_own", endpoint, statement, message) if {
	some type in ["aws_vpc_endpoint", "aws_vpc_endpoint_policy"]
	some endpoint in tf.of(type)
	some statement in iam.statements(endpoint)
	not admits_our_own(statement)
	message := "must admit principals of its own account only"
}

deny_network contains tf.finding("endpoints_admit_our_own", endpoint, null, "must have a policy") if {
	some type in ["aws_vpc_endpoint", "aws_vpc_endpoint_policy"]
	some endpoint in tf.of(type)
	not iam.documents(endpoint).policy
	not endswith(object.get(endpoint.values, "service_name", ""), ".eks-auth")
}

admits_our_own(statement) if statement.effect == "Deny"

admits_our_own(statement) if {
	accounts := iam.listed(statement.conditions.StringEquals["aws:PrincipalAccount"])
	count(accounts) > 0
	every account in accounts {
		account in tf.allowed.accounts
	}
}

admits_our_own(statement) if {
	statement.actions == ["s3:getobject"]
	count(statement.resources) > 0
	every resource in statement.resources {
		some region in tf.allowed.regions
		resource in {replace(objects, "${region}", region) | some objects in data.allowed.foreign_objects}
	}
}

admits_our_own(statement) if {
	statement.actions == ["sts:assumerolewithwebidentity"]
	count(statement.resources) > 0
	every resource in statement.resources {
		some account in tf.allowed.accounts
		regex.match(sprintf(`^arn:aws[\w-]*:iam::%s:role/`, [account]), resource)
	}
}
