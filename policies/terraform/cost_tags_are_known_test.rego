package cost_tags_are_known_test

import data.lib.example

judged(changes) := example.verdicts("cost_tags_are_known", {"provider": {"aws": [object.union(
	object.remove(example.base.provider.aws[0], ["default_tags"]),
	{"default_tags": [{"tags": object.union(example.tags, changes)}]},
)]}}).fail

test_cost_tags_are_known if {
	judged({}) == set()
	judged({"model": "delays-v2", "run": "2026.11.23"}) == set()
	judged({"another": "anything at all"}) == set()
	judged({"team": "somebody"}) == {"stack"}
	judged({"project": "other"}) == {"stack"}
	judged({"cost-center": ""}) == {"stack"}
	judged({"owner": "${var.owner}"}) == {"stack"}
	judged({"environment": "production"}) == {"stack"}
	judged({"model": "two words"}) == {"stack"}
	judged({"run": "-starts-badly"}) == {"stack"}
}
