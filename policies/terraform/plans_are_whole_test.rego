package plans_are_whole_test

import data.lib.example

test_plans_are_whole if {
	example.planned("plans_are_whole", {}).fail == set()
	example.planned("plans_are_whole", {"errored": false, "complete": true}).fail == set()
	example.planned("plans_are_whole", {"errored": true}).fail == {"stack"}
	example.planned("plans_are_whole", {"complete": false}).fail == {"stack"}
	example.planned("plans_are_whole", {"deferred_changes": [{"reason": "provider_config_unknown"}]}).fail == {"stack"}
}
