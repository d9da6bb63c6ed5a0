package estimates_stay_within_budgets_test

import data.lib.example

sound := {"expected": "375.60", "budget": "600", "low": "240.98", "high": "2282.58", "drivers": ["a node $36.10"]}

# Its verdict on `sound` with other values.
changed(values) := example.estimated("estimates_stay_within_budgets", object.union(sound, values))

without(key) := example.estimated("estimates_stay_within_budgets", object.remove(sound, [key]))

passed := {"pass": set(), "fail": set()}

refused := {"pass": set(), "fail": {"stack"}}

test_estimates_stay_within_budgets if {
	changed({}) == passed
	changed({"expected": "600"}) == passed
	changed({"expected": "0"}) == passed
	changed({"expected": "600.000001"}) == refused
	changed({"budget": "375.59"}) == refused
}

# dev may spend 1000, whatever budget it gave itself.
test_budgets_do_not_reach_beyond_what_is_allowed if {
	changed({"expected": "1000", "budget": "5000"}) == passed
	changed({"expected": "1000.01", "budget": "5000"}) == refused
	changed({"environment": "unheard_of"}) == refused
}

test_what_is_not_known_is_not_free if {
	changed({"failed": "dev-ml: nobody said what aws_x costs"}) == refused
	example.estimated("estimates_stay_within_budgets", {"failed": "no price"}) == refused
	example.estimated("estimates_stay_within_budgets", {}) == refused
	without("expected") == refused
	without("budget") == refused
	changed({"expected": null}) == refused
	changed({"expected": ""}) == refused
	changed({"expected": "-5"}) == refused
	changed({"expected": 375}) == refused
}
