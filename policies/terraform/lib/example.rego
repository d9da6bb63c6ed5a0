# What the tests beside the rules use: an example stack, judged as a configuration and as a plan.
package lib.example

import data.lib.terraform as tf

# {"pass": addresses, "fail": addresses} of a rule on a stack: {"resource": {type: {name: values}}, ...}, as in
# cdk.tf.json. What it leaves out - provider, backend, environment - is that of a sound `dev`. Undefined, and so a
# failing test, unless the plan of the same stack is judged likewise.
verdicts(rule, stack) := judged if {
	judged := configured(rule, stack)
	judged == verdict(rule, as_plan(object.union(base, stack)))
}

# The same for rules about what a plan does not say: the backend, lifecycle, provider pins.
configured(rule, stack) := verdict(rule, object.union(base, stack))

# The same for rules about what a plan does: {"resource_changes": [...]}.
planned(rule, plan) := verdict(rule, object.union(as_plan(base), plan))

# The same for rules about what an environment costs: {"expected": ..., "budget": ...}, or {"failed": ...}.
estimated(rule, estimate) := verdict(rule, {"estimate": object.union({"environment": "dev"}, estimate)})

verdict(rule, document) := {"pass": addresses - fail, "fail": fail} if {
	found := denied with input as document with data.allowed as allowed
	fail := {f.address | some f in found; f.rule == rule}
	seen := tf.seen with input as document
	addresses := {a | some a in seen.addresses}
}

# All that any rule says, area by area as in policies/rules.yaml.
denied := union({
	data.main.deny_change,
	data.main.deny_cluster,
	data.main.deny_compute,
	data.main.deny_data,
	data.main.deny_encryption,
	data.main.deny_identity,
	data.main.deny_logging,
	data.main.deny_ml,
	data.main.deny_monitoring,
	data.main.deny_network,
	data.main.deny_storage,
	data.main.deny_tags,
})

base := {
	"//": {"metadata": {"stackName": "dev-example"}},
	"provider": {"aws": [{
		"region": "eu-west-1",
		"allowed_account_ids": ["111111111111"],
		"default_tags": [{"tags": tags}],
	}]},
	"terraform": {
		"required_providers": {"aws": {"source": "hashicorp/aws", "version": "6.25.0"}},
		"backend": {"s3": {
			"bucket": "groundway-state-111111111111",
			"key": "dev/example.tfstate",
			"region": "eu-west-1",
			"use_lockfile": true,
		}},
	},
	"resource": {},
}

tags := {
	"team": "ml-platform",
	"project": "groundway",
	"model": "shared",
	"environment": "dev",
	"cost-center": "cc-1001",
	"owner": "ml-platform",
	"run": "standing",
}

# As plan: what refers to another resource is known, so that only the configuration says that it refers.
as_plan(document) := {
	"resource_changes": [change |
		some type, members in document.resource
		some name, values in members
		change := {
			"address": concat(".", [type, name]),
			"type": type,
			"name": name,
			"mode": "managed",
			"change": {"actions": ["create"], "after": object.remove(values, ["lifecycle"]), "after_unknown": {}},
		}
	],
	"configuration": {
		"provider_config": {"aws": {"name": "aws", "expressions": {
			"region": {"constant_value": document.provider.aws[0].region},
			"allowed_account_ids": {"constant_value": document.provider.aws[0].allowed_account_ids},
			"default_tags": [{"tags": {"constant_value": document.provider.aws[0].default_tags[0].tags}}],
		}}},
		"root_module": {"resources": [resource |
			some type, members in document.resource
			some name, values in members
			resource := {"type": type, "name": name, "expressions": {attribute: {"references": references} |
				some attribute, value in values
				references := [sprintf("%s.id", [a]) | some a in tf.addresses_in(value)]
			}}
		]},
	},
}

# policies/allowed.yaml, as the examples know it.
allowed := {
	"environments": {
		"dev": {
			"accounts": ["111111111111"],
			"promoted_to": ["333333333333"],
			"regions": ["eu-west-1"],
			"networks": ["10.10.0.0/16"],
			"joined": ["vpc-listed", "tgw-listed"],
			"protected": false,
			"log_retention_days": 7,
			"gpu_nodes": 4,
			"gpu_families": ["g5"],
			"cpu_nodes": 6,
			"monthly_usd": 1000,
		},
		"prod": {
			"accounts": ["333333333333"],
			"promoted_to": [],
			"regions": ["eu-west-1"],
			"networks": ["10.30.0.0/16"],
			"protected": true,
			"log_retention_days": 365,
			"gpu_nodes": 12,
			"gpu_families": ["g5"],
			"cpu_nodes": 20,
			"monthly_usd": 40000,
		},
	},
	"state_bucket": "groundway-state-${account}",
	"cpu_families": ["m7i"],
	"node_images": ["AL2023_x86_64_STANDARD", "AL2023_x86_64_NVIDIA", "AL2023_x86_64_NEURON"],
	"kubernetes_versions": ["1.35"],
	"cluster_admins": [
		{"arn": "arn:aws:iam::${account}:role/groundway-${environment}-ops", "exported": "aws_iam_rolepeople_ops_role"},
	],
	"foreign_objects": ["arn:aws:s3:::images-${region}/*"],
	"tags": {
		"team": ["ml-platform", "demand"],
		"project": ["groundway"],
		"cost-center": ["cc-1001"],
		"owner": ["ml-platform"],
	},
	"provider": {"sources": ["hashicorp/aws"], "versions": ["6.25.0", "6.69.1"]},
	"managed_policies": ["AmazonEKSWorkerNodePolicy"],
	"billing": {"region": "us-east-1", "services": ["cur"], "types": ["aws_cloudwatch_dashboard"]},
	"data_sources": ["aws_availability_zones", "terraform_remote_state"],
	"ignored_changes": {"aws_eks_node_group": ["scaling_config[0].desired_size"]},
	"guards": ["aws_guardduty_detector", "aws_iam_policy"],
	"trusted_services": ["ec2.amazonaws.com", "eks.amazonaws.com", "pods.eks.amazonaws.com", "sagemaker.amazonaws.com"],
	"passed_to": ["sagemaker.amazonaws.com"],
	"assumable_roles": ["arn:aws:iam::*:role/groundway-*-promotion-reader"],
	"repositories": ["example-org/ml-platform"],
	"session_seconds": 3600,
	"actions_without_resource": ["cloudwatch:PutMetricData", "ec2:Describe*"],
	"bounded_by_anything": ["ec2:*"],
	"denials": {"boundary": ["ec2:DeleteVpc", "ec2:RunInstances"], "spending-stopped": ["sagemaker:CreateTrainingJob"]},
	"stateful": ["aws_s3_bucket", "aws_kms_key", "aws_db_instance", "aws_dynamodb_table"],
}
