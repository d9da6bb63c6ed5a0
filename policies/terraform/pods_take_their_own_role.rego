package main

import data.lib.grants
import data.lib.sharing
import data.lib.terraform as tf

# METADATA
# title: A pod takes the role of its own service account, in our cluster
# description: >-
#   EKS Pod Identity hands a role to the pods it is associated with. The trust policy says again of which namespace,
#   service account and cluster they are, so that a wrong association, or another cluster's, gives nothing.
# custom:
#   severity: high
#   controls: [NIST 800-53 AC-6, NIST 800-53 AC-3]
#   mend: Use the trust of infra/pod_identity.py.
#   types: [aws_iam_role]
#   breaks:
#     - {type: aws_iam_role, at: assume_role_policy.Statement, append: {Effect: Allow,
#         Principal: {Service: pods.eks.amazonaws.com}, Action: ["sts:AssumeRole", "sts:TagSession"],
#         Condition: {StringEquals: {"aws:SourceAccount": "111111111111"}}}}
#     - {type: aws_iam_role,
#         at: assume_role_policy.Statement.0.Condition.StringEquals.aws:RequestTag/kubernetes-namespace, remove: true}
#     - {type: aws_iam_role, at: assume_role_policy.Statement.*.Condition.ArnEquals, remove: true}
deny_identity contains tf.finding("pods_take_their_own_role", trust.resource, trust.statement, message) if {
	some trust in sharing.trusted
	"pods.eks.amazonaws.com" in sharing.services(trust.statement)
	not tells_pods_apart(trust.statement)
	message := "must say of which namespace, service account and cluster the pods are, and be for pods alone"
}

tells_pods_apart(statement) if {
	statement.principals == {"Service": ["pods.eks.amazonaws.com"]}
	count({a | some a in statement.actions} - {"sts:assumerole", "sts:tagsession"}) == 0
	every tag in {"kubernetes-namespace", "kubernetes-service-account"} {
		count(grants.wanted(statement, ["StringEquals"], sprintf("aws:RequestTag/%s", [tag]))) == 1
	}
	clusters := grants.wanted(statement, ["ArnEquals"], "aws:SourceArn")
	count(clusters) > 0
	every cluster in clusters {
		sharing.is_ours(cluster)
		contains(cluster, "cluster")
		not contains(cluster, "*")
	}
}
