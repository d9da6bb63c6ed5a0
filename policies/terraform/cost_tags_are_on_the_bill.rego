package main

import data.lib.tags
import data.lib.terraform as tf

# METADATA
# title: All seven cost tags are on the bill
# description: >-
#   AWS puts a tag on the bill only once it is activated for cost allocation, and not for what was spent before. A key
#   that is forgotten is a question that finance cannot answer afterwards.
# custom:
#   severity: low
#   controls: [NIST 800-53 CM-8]
#   mend: Activate every key of groundway.tags.KEYS, as infra/billing.py does.
#   types: [aws_ce_cost_allocation_tag]
#   breaks:
#     - {type: aws_ce_cost_allocation_tag, at: status, set: Inactive}
#     - {type: aws_ce_cost_allocation_tag, at: tag_key, set: costcenter}
#     - {type: aws_ce_cost_allocation_tag, drop: true}
deny_tags contains tf.finding("cost_tags_are_on_the_bill", activated, missing, message) if {
	some activated in tf.of("aws_ce_cost_allocation_tag")
	missing := tags.keys - {tag.values.tag_key |
		some tag in tf.of("aws_ce_cost_allocation_tag")
		tag.values.status == "Active"
	}
	count(missing) > 0
	message := "must be one of seven cost tags that are active"
}
