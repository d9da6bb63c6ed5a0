package launched_things_carry_cost_tags_test

import data.lib.example

tagged(kind, tags) := {"resource_type": kind, "tags": tags}

sound := [tagged(kind, example.tags) | some kind in ["instance", "volume", "network-interface"]]

with_volume(tags) := {"tag_specifications": [sound[0], tagged("volume", tags), sound[2]]}

test_launched_things_carry_cost_tags if {
	tags := example.tags
	example.verdicts("launched_things_carry_cost_tags", {"resource": {"aws_launch_template": {
		"tagged": {"tag_specifications": sound},
		"of_a_run": with_volume(object.union(tags, {"run": "run-1.2", "Name": "x"})),
		"instance_only": {"tag_specifications": [sound[0]]},
		"no_instance": {"tag_specifications": [sound[1], sound[2]]},
		"no_team": with_volume(object.remove(tags, ["team"])),
		"other_cost_center": with_volume(object.union(tags, {"cost-center": "cc-0000"})),
		"other_environment": with_volume(object.union(tags, {"environment": "prod"})),
		"no_run_said": with_volume(object.union(tags, {"run": ""})),
		"unsaid": {},
	}}}) == {
		"pass": {"aws_launch_template.tagged", "aws_launch_template.of_a_run"},
		"fail": {
			"aws_launch_template.instance_only",
			"aws_launch_template.no_instance",
			"aws_launch_template.no_team",
			"aws_launch_template.other_cost_center",
			"aws_launch_template.other_environment",
			"aws_launch_template.no_run_said",
			"aws_launch_template.unsaid",
		},
	}
}
