package main

import data.lib.ours
import data.lib.terraform as tf

# METADATA
# title: Pods get a role through a service account of their own, and share it with nobody
# description: >-
#   Every pod that names no service account runs as `default`: a role given to that is given to all of a namespace. A
#   role for two service accounts can do what either needs. A role elsewhere is decided upon by somebody else.
# custom:
#   severity: high
#   controls: [CIS EKS v1.7 5.2.1, NIST 800-53 AC-6, NIST 800-53 IA-9]
#   mend: Give each workload a PodRole (infra/pod_identity.py) with a service account of its own.
#   types: [aws_eks_addon, aws_eks_pod_identity_association]
#   breaks:
#     - {type: aws_eks_pod_identity_association, at: service_account, set: default}
#     - {type: aws_eks_pod_identity_association, at: namespace, set: default}
#     - {type: aws_eks_pod_identity_association, at: role_arn, set: "arn:aws:iam::444444444444:role/stranger"}
#     - {type: aws_eks_pod_identity_association, at: target_role_arn, set: "arn:aws:iam::444444444444:role/stranger"}
#     - insert:
#         aws_eks_pod_identity_association:
#           {cluster_name: x, namespace: kube-system, service_account: default, role_arn: "${aws_iam_role.x.arn}"}
#     - {type: aws_eks_addon, at: pod_identity_association.*.service_account, set: default}
deny_cluster contains tf.finding("pods_have_roles_of_their_own", pods.resource, pods.says, message) if {
	some pods in pods_with_roles
	not role_of_their_own(pods.says)
	message := "must be one service account, with a role of ours"
}

deny_cluster contains tf.finding("pods_have_roles_of_their_own", pods.resource, pods.says.role_arn, message) if {
	some pods in pods_with_roles
	count(pods_by_role[pods.says.role_arn]) > 1
	message := "must not share its role"
}

pods_with_roles contains {"resource": association, "says": association.values} if {
	some association in tf.of("aws_eks_pod_identity_association")
}

pods_with_roles contains {"resource": addon, "says": says} if {
	some addon in tf.of("aws_eks_addon")
	some association in tf.blocks(addon.values, "pod_identity_association")
	says := object.union({"namespace": addon.values.addon_name}, association)
}

pods_by_role[pods.says.role_arn] contains [pods.resource.address, pods.says.service_account] if {
	some pods in pods_with_roles
}

role_of_their_own(pods) if {
	not pods.service_account in {"", "*", "default"}
	not pods.namespace in {"", "*", "default"}
	ours.is_principal(pods.role_arn)
	target_of_ours(object.get(pods, "target_role_arn", null))
}

target_of_ours(principal) if principal in {null, "", "${known after apply}"}

target_of_ours(principal) if {
	principal != null
	ours.is_principal(principal)
}
