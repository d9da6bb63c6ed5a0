package main

import data.lib.terraform as tf

# METADATA
# title: Budgets stay below what finance allows, and tell somebody before they are used up
# description: >-
#   A budget that anybody may raise is none, and one that tells nobody is a number in a console. The forecast warns
#   while something can still be done.
# custom:
#   severity: medium
#   controls: [NIST 800-53 SA-2, NIST 800-53 SI-4]
#   mend: >-
#     Keep the environment's `budget` within `monthly_usd` of policies/allowed.yaml, in USD a month, with notifications
#     of what was spent (at 100 % or before) and of the forecast (infra/budgets.py).
#   types: [aws_budgets_budget]
#   breaks:
#     - {type: aws_budgets_budget, at: limit_amount, set: "1000000"}
#     - {type: aws_budgets_budget, remove: limit_amount}
#     - {type: aws_budgets_budget, at: time_unit, set: ANNUALLY}
#     - {type: aws_budgets_budget, at: limit_unit, set: GB}
#     - {type: aws_budgets_budget, at: notification, set: []}
#     - {type: aws_budgets_budget, at: notification.*.threshold, set: 500}
#     - {type: aws_budgets_budget, at: notification.*.subscriber_sns_topic_arns, set: []}
#     - {type: aws_budgets_budget, at: notification.*.notification_type, set: ACTUAL}
deny_monitoring contains tf.finding("budgets_are_capped_and_told", budget, limit, message) if {
	some budget in tf.of("aws_budgets_budget")
	limit := object.get(budget.values, "limit_amount", null)
	not capped_budget(budget.values)
	message := "must be in USD a month, within what is allowed"
}

deny_monitoring contains tf.finding("budgets_are_capped_and_told", budget, untold, message) if {
	some budget in tf.of("aws_budgets_budget")
	untold := {"ACTUAL", "FORECASTED"} - told_by_budget(budget)
	count(untold) > 0
	message := "must tell somebody of what was spent and of the forecast"
}

capped_budget(budget) if {
	budget.budget_type == "COST"
	budget.limit_unit == "USD"
	budget.time_unit == "MONTHLY"
	is_string(budget.limit_amount)
	regex.match(`^\d+(\.\d+)?$`, budget.limit_amount)
	to_number(budget.limit_amount) <= tf.allowed.monthly_usd
}

told_by_budget(budget) := {notification.notification_type |
	some notification in tf.blocks(budget.values, "notification")
	notification.threshold <= 100
	notification.threshold_type == "PERCENTAGE"
	some listeners in ["subscriber_email_addresses", "subscriber_sns_topic_arns"]
	count(notification[listeners]) > 0
}
