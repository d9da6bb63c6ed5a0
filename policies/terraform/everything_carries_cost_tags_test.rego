package everything_carries_cost_tags_test

import data.lib.example

provider := object.remove(example.base.provider.aws[0], ["default_tags"])

judged(providers) := example.configured("everything_carries_cost_tags", {"provider": {"aws": providers}}).fail

tagged(tags) := object.union(provider, {"default_tags": [{"tags": tags}]})

test_everything_carries_cost_tags if {
	judged([tagged(example.tags)]) == set()
	judged([object.union(provider, {"default_tags": {"tags": example.tags}})]) == set()
	judged([provider]) == {"stack"}
	judged([object.union(provider, {"default_tag": [{"tags": example.tags}]})]) == {"stack"}
	judged([tagged(example.tags), provider]) == {"stack"}
	judged([]) == {"stack"}
	every key, _ in example.tags {
		judged([tagged(object.remove(example.tags, [key]))]) == {"stack"}
		judged([tagged(object.union(example.tags, {key: " "}))]) == {"stack"}
		judged([tagged(object.union(example.tags, {key: null}))]) == {"stack"}
	}
}

planned(tags) := example.verdict("everything_carries_cost_tags", example.as_plan(object.union(
	example.base,
	{"provider": {"aws": [tagged(tags)]}},
))).fail

test_plans_are_judged_likewise if {
	planned(example.tags) == set()
	planned(object.remove(example.tags, ["cost-center"])) == {"stack"}
}
