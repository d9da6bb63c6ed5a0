package main

import data.lib.grants
import data.lib.iam
import data.lib.tags
import data.lib.terraform as tf

# METADATA
# title: No role runs code as another, and Karpenter alone starts instances
# description: >-
#   Who changes a function's code, sends a command to a node, opens a notebook or makes a Kubernetes access entry acts
#   with rights that are not its own. Instances carry a role too: Karpenter starts them, with the cost tags, and nobody
#   else.
# custom:
#   severity: high
#   controls: [NIST 800-53 AC-6, NIST 800-53 AC-5]
#   mend: Take the action away; for an instance, demand all cost tags in the request and give it to Karpenter's role.
#   types: [aws_iam_policy, aws_iam_role_policy, aws_iam_user_policy, aws_iam_group_policy]
#   breaks:
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "lambda:UpdateFunctionCode",
#         Resource: "arn:aws:lambda:eu-west-1:111111111111:function:x"}}
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: ["ssm:SendCommand"],
#         Resource: "arn:aws:ec2:eu-west-1:111111111111:instance/i-1"}}
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow,
#         Action: "sagemaker:CreatePresignedNotebookInstanceUrl",
#         Resource: "arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/x"}}
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "eks:CreateAccessEntry",
#         Resource: "arn:aws:eks:eu-west-1:111111111111:cluster/groundway-dev"}}
#     - {type: aws_iam_role_policy, at: policy.Statement, append: {Effect: Allow, Action: "ec2:RunInstances",
#         Resource: "arn:aws:ec2:eu-west-1:111111111111:instance/*"}}
deny_identity contains tf.finding("nobody_runs_code_as_another", given.policy, action, message) if {
	some given in grants.given
	some action in running(given.statement)
	message := "acts with the rights of another"
}

deny_identity contains tf.finding("nobody_runs_code_as_another", given.policy, action, message) if {
	some given in grants.about("ec2")
	some action in {"ec2:createfleet", "ec2:requestspotinstances", "ec2:runinstances"}
	iam.names(given.statement, action)
	not grants.is_boundary(given.policy)
	not starts_as_karpenter(given)
	message := "is Karpenter's alone, and with every cost tag in the request"
}

running(statement) := ({a | some a in statement.actions} & runs_code) | {pattern |
	some pattern in statement.patterns
	some action in runs_code
	iam.covers(pattern, action)
}

runs_code := {
	"cloudformation:createstack",
	"cloudformation:updatestack",
	"codebuild:createproject",
	"codebuild:startbuild",
	"codebuild:updateproject",
	"datapipeline:putpipelinedefinition",
	"ec2-instance-connect:sendsshpublickey",
	"ec2:associateiaminstanceprofile",
	"ec2:modifyinstanceattribute",
	"ec2:replaceiaminstanceprofileassociation",
	"ecs:executecommand",
	"ecs:registertaskdefinition",
	"ecs:runtask",
	"eks:associateaccesspolicy",
	"eks:createaccessentry",
	"eks:createpodidentityassociation",
	"eks:updateaccessentry",
	"eks:updatepodidentityassociation",
	"glue:createdevendpoint",
	"glue:createjob",
	"glue:updatedevendpoint",
	"glue:updatejob",
	"lambda:createfunction",
	"lambda:updatefunctioncode",
	"lambda:updatefunctionconfiguration",
	"sagemaker:createnotebookinstance",
	"sagemaker:createpresigneddomainurl",
	"sagemaker:createpresignednotebookinstanceurl",
	"ssm:sendcommand",
	"ssm:startautomationexecution",
	"ssm:startsession",
	"states:createstatemachine",
	"states:updatestatemachine",
}

starts_as_karpenter(given) if {
	role := object.get(given.policy.values, "role", "")
	role in karpenters_names
	count(given.statement.resources) > 0
	every resource in given.statement.resources {
		starts_nothing_untagged(given.statement, resource)
	}
}

karpenters_names contains sprintf("%s-karpenter", [grants.prefix])

karpenters_names contains sprintf("${%s.name}", [role.address]) if {
	some role in tf.of("aws_iam_role")
	role.values.name == sprintf("%s-karpenter", [grants.prefix])
}

# Images, subnets and the like are only used to start with.
starts_nothing_untagged(_, resource) if regex.match(only_used_to_start, resource)

starts_nothing_untagged(statement, _) if {
	every tag in tags.keys {
		count(grants.wanted(statement, ["StringLike", "StringEquals"], sprintf("aws:RequestTag/%s", [tag]))) > 0
	}
}

only_used_to_start := sprintf(`^arn:aws[\w-]*:ec2:[\w-]+:\d*:(%s)/`, [concat("|", [
	"image",
	"snapshot",
	"subnet",
	"security-group",
	"launch-template",
	"placement-group",
	"capacity-reservation",
])])
