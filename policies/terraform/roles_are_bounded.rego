package main

import data.lib.grants
import data.lib.iam
import data.lib.terraform as tf

# METADATA
# title: Every role is inside the permission boundary of its environment
# description: >-
#   Whatever a role is given later, by mistake or by somebody who may write policies, the boundary is the most that it
#   can do. The wider boundary of operators is for people alone: a service that carried it could do what they can.
# custom:
#   severity: critical
#   controls: [NIST 800-53 AC-6, NIST 800-53 AC-3]
#   mend: Make the role with infra/identity.py's Role, and give it PermissionBoundary.arn.
#   types: [aws_iam_role]
#   breaks:
#     - {type: aws_iam_role, remove: permissions_boundary}
#     - {type: aws_iam_role, at: permissions_boundary, set: "arn:aws:iam::aws:policy/AdministratorAccess"}
#     - {type: aws_iam_role, at: permissions_boundary, set: "arn:aws:iam::999999999999:policy/groundway-dev-boundary"}
#     - {type: aws_iam_role, at: permissions_boundary, set: "${aws_iam_policy.everything.arn}"}
deny_identity contains tf.finding("roles_are_bounded", role, boundary, message) if {
	some role in tf.of("aws_iam_role")
	boundary := object.get(role.values, "permissions_boundary", "")
	not bounds_roles(boundary)
	not bounds_people(role, boundary)
	message := "must carry the environment's permission boundary"
}

# By the policy in the same stack, by what the foundation says of it, or by name.
bounds_roles(boundary) if {
	some policy in tf.of("aws_iam_policy")
	grants.is_boundary(policy)
	boundary == sprintf("${%s.arn}", [policy.address])
}

bounds_roles(boundary) if {
	regex.match(
		sprintf(
			`^\$\{data\.terraform_remote_state\.[\w-]+-%s-foundation\.outputs\.[\w-]+aws_iam_policyboundary_policy_\w+arn\}$`,
			[tf.environment],
		),
		boundary,
	)
}

bounds_roles(boundary) if boundary in grants.policies_named(grants.boundary_name)

bounds_people(role, boundary) if {
	boundary in grants.policies_named(sprintf("%s-operator-boundary", [grants.prefix]))
	trusted := [s.principals | some s in iam.statements(role)]
	count(trusted) > 0
	every principals in trusted {
		object.keys(principals) == {"AWS"}
	}
}
