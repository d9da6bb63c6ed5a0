package cost_tags_are_on_the_bill_test

import data.lib.example

tag(key, status) := {"tag_key": key, "status": status}

active := {key: tag(key, "Active") | some key, _ in example.tags}

judged(activated) := example.verdicts(
	"cost_tags_are_on_the_bill",
	{"resource": {"aws_ce_cost_allocation_tag": activated}},
)

addresses(activated) := {sprintf("aws_ce_cost_allocation_tag.%s", [key]) | some key, _ in activated}

test_cost_tags_are_on_the_bill if {
	judged(active) == {"pass": addresses(active), "fail": set()}
	judged({}).fail == set()
	forgotten := object.remove(active, ["owner"])
	judged(forgotten).fail == addresses(forgotten)
	judged(object.union(active, {"owner": tag("owner", "Inactive")})).fail == addresses(active)
	judged(object.union(active, {"owner": tag("Owner", "Active")})).fail == addresses(active)
}
