package addons_are_kept_as_made_test

import data.lib.example

test_addons_are_kept_as_made if {
	sound := {"resolve_conflicts_on_create": "OVERWRITE", "resolve_conflicts_on_update": "OVERWRITE"}
	example.verdicts("addons_are_kept_as_made", {"resource": {"aws_eks_addon": {
		"kept": sound,
		"preserved": object.union(sound, {"resolve_conflicts_on_update": "PRESERVE"}),
		"as_found": object.union(sound, {"resolve_conflicts_on_create": "NONE"}),
		"unsaid": {},
	}}}) == {
		"pass": {"aws_eks_addon.kept"},
		"fail": {"aws_eks_addon.preserved", "aws_eks_addon.as_found", "aws_eks_addon.unsaid"},
	}
}
