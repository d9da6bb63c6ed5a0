package main

import data.lib.terraform as tf

# METADATA
# title: What is changed by hand on an add-on is put back
# description: >-
#   The network plugin and the agent that gives pods their roles decide who reaches what. Changed in the cluster alone,
#   they would stay changed, and no review would know.
# custom:
#   severity: low
#   controls: [NIST 800-53 CM-3, NIST 800-53 CM-6]
#   mend: Set resolve_conflicts_on_create and resolve_conflicts_on_update to "OVERWRITE"; infra/addons.py does.
#   types: [aws_eks_addon]
#   breaks:
#     - {type: aws_eks_addon, at: resolve_conflicts_on_update, set: PRESERVE}
#     - {type: aws_eks_addon, remove: resolve_conflicts_on_update}
#     - {type: aws_eks_addon, at: resolve_conflicts_on_create, set: NONE}
deny_cluster contains tf.finding("addons_are_kept_as_made", addon, said, "must overwrite what was changed by hand") if {
	some addon in tf.of("aws_eks_addon")
	some when in ["resolve_conflicts_on_create", "resolve_conflicts_on_update"]
	said := object.get(addon.values, when, null)
	said != "OVERWRITE"
}
