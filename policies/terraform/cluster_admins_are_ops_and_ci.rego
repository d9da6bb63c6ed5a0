package main

import data.lib.ours
import data.lib.terraform as tf

# METADATA
# title: Operators and CI administer the cluster, and write in all of it; nobody else does
# description: >-
#   Cluster admin reads every secret and becomes every service account, and through it every role that a pod may take.
#   Who may edit everywhere may do so in the namespaces of others. Both ways round the team that works in one namespace.
# custom:
#   severity: critical
#   controls: [CIS EKS v1.7 4.1.1, NIST 800-53 AC-6, NIST 800-53 AC-2]
#   mend: >-
#     Grant AmazonEKSViewPolicy, or AmazonEKSEditPolicy with an access_scope of namespaces (stacks/compute.py,
#     infra/cluster_access.py). Who administers is `cluster_admins` in policies/allowed.yaml.
#   types: [aws_eks_access_entry, aws_eks_access_policy_association]
#   breaks:
#     - {type: aws_eks_access_policy_association, at: policy_arn,
#         set: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"}
#     - {type: aws_eks_access_policy_association, at: principal_arn, set: "arn:aws:iam::444444444444:role/stranger"}
#     - {type: aws_eks_access_policy_association, at: access_scope.type, set: cluster}
#     - {type: aws_eks_access_policy_association, remove: access_scope}
#     - {type: aws_eks_access_entry, at: kubernetes_groups, set: ["system:masters"]}
#     - {type: aws_eks_access_entry, at: principal_arn, set: "arn:aws:iam::444444444444:role/stranger"}
deny_cluster contains tf.finding("cluster_admins_are_ops_and_ci", grant, policy, message) if {
	some grant in tf.of("aws_eks_access_policy_association")
	policy := object.get(grant.values, "policy_arn", null)
	not narrow_grant(grant.values)
	not admins_grant(grant)
	message := "must not be granted to this principal"
}

# Who is let in is a principal of ours, by whatever grant; and no group of Kubernetes' own makes an admin of it.
deny_cluster contains tf.finding("cluster_admins_are_ops_and_ci", access, principal, message) if {
	some type in ["aws_eks_access_entry", "aws_eks_access_policy_association"]
	some access in tf.of(type)
	principal := object.get(access.values, "principal_arn", "")
	not ours.is_principal(principal)
	message := "must let in principals of our account only"
}

deny_cluster contains tf.finding("cluster_admins_are_ops_and_ci", entry, group, message) if {
	some entry in tf.of("aws_eks_access_entry")
	some group in entry.values.kubernetes_groups
	startswith(group, "system:")
	not group_of_nodes(entry.values, group)
	message := "must not be in a group of Kubernetes' own"
}

narrow_grant(grant) if {
	endswith(grant.policy_arn, "/AmazonEKSViewPolicy")
	tf.at(grant, ["access_scope", "type"], null) in {"cluster", "namespace"}
}

narrow_grant(grant) if {
	endswith(grant.policy_arn, "/AmazonEKSEditPolicy")
	tf.at(grant, ["access_scope", "type"], null) == "namespace"
	count(tf.at(grant, ["access_scope", "namespaces"], [])) > 0
}

admins_grant(grant) if {
	tf.at(grant.values, ["access_scope", "type"], null) in {"cluster", "namespace"}
	administers(grant)
}

# A grant names its principal, or the access entry that does.
administers(grant) if administrator(grant.values.principal_arn)

administers(grant) if {
	some entry in tf.references(grant, "principal_arn")
	administrator(tf.of("aws_eks_access_entry")[entry].values.principal_arn)
}

administrator(principal) if {
	some account in tf.allowed.accounts
	some admin in data.allowed.cluster_admins
	principal == replace(replace(admin.arn, "${account}", account), "${environment}", tf.environment)
}

# What another stack exports carries the address of what it is there.
administrator(principal) if {
	tf.is_reference(principal)
	some admin in data.allowed.cluster_admins
	regex.match(sprintf(`^\$\{data\.terraform_remote_state\.[^{}]*-%s_[0-9A-F]{8}arn\}$`, [admin.exported]), principal)
}

# AWS puts the nodes that Karpenter starts into it.
group_of_nodes(entry, "system:nodes") if startswith(entry.type, "EC2_")
