package spending_is_stopped_test

import data.lib.example

budget := {"cost_filter": [{"name": "TagKeyValue", "values": ["user:environment$dev"]}]}

brake := {
	"budget_name": "${aws_budgets_budget.all.name}",
	"action_type": "APPLY_IAM_POLICY",
	"notification_type": "ACTUAL",
	"action_threshold": {"action_threshold_type": "PERCENTAGE", "action_threshold_value": 120},
	"definition": {"iam_action_definition": {"roles": ["training"]}},
}

goes_on(budgets, brakes) if {
	example.verdicts("spending_is_stopped", {"resource": {
		"aws_budgets_budget": budgets,
		"aws_budgets_budget_action": brakes,
	}}).fail == {"stack"}
}

without(path) := {"all": json.remove(brake, [path])}

test_a_brake_is_wanted if {
	not goes_on({"all": budget}, {"all": brake})
	not goes_on({}, {})
	goes_on({"all": budget}, {})
	goes_on({}, {"all": brake})
	goes_on({"all": {"cost_filter": [{"name": "TagKeyValue", "values": ["user:team$demand"]}]}}, {"all": brake})
	goes_on({"all": {}}, {"all": brake})
}

test_the_brake_works if {
	every path in ["action_type", "notification_type", "action_threshold", "definition", "budget_name"] {
		goes_on({"all": budget}, without(path))
	}
	late := {"action_threshold": {"action_threshold_type": "PERCENTAGE", "action_threshold_value": 200}}
	goes_on({"all": budget}, {"all": object.union(brake, late)})
	absolute := {"action_threshold": {"action_threshold_type": "ABSOLUTE_VALUE", "action_threshold_value": 120}}
	goes_on({"all": budget}, {"all": object.union(brake, absolute)})
}
