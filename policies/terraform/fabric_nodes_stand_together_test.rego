package fabric_nodes_stand_together_test

import data.lib.example

fabric(values) := object.union(
	{"network_interfaces": [{"interface_type": "efa"}, {"interface_type": "efa-only"}]},
	values,
)

group(name) := {"placement": {"group_name": sprintf("${aws_placement_group.%s.name}", [name])}}

test_fabric_nodes_stand_together if {
	example.verdicts("fabric_nodes_stand_together", {"resource": {
		"aws_placement_group": {"near": {"strategy": "cluster"}, "far": {"strategy": "spread"}},
		"aws_launch_template": {
			"near": fabric(group("near")),
			"bought": fabric({"instance_market_options": {"market_type": "capacity-block"}}),
			"without_fabric": {"network_interfaces": [{"interface_type": "interface"}]},
			"far": fabric(group("far")),
			"gone": fabric(group("gone")),
			"elsewhere": fabric({"placement": {"group_name": "elsewhere"}}),
			"unsaid": fabric({}),
		},
	}}) == {
		"pass": {
			"aws_placement_group.near",
			"aws_placement_group.far",
			"aws_launch_template.near",
			"aws_launch_template.bought",
			"aws_launch_template.without_fabric",
		},
		"fail": {
			"aws_launch_template.far",
			"aws_launch_template.gone",
			"aws_launch_template.elsewhere",
			"aws_launch_template.unsaid",
		},
	}
}
