package main

import data.lib.terraform as tf

# METADATA
# title: Where there are budgets, one is the whole environment's, and its overrun stops what starts things
# description: >-
#   Telling somebody at night spends on until morning. The action attaches a policy to the roles that start jobs: what
#   runs goes on, nothing new begins. Budgets of teams add up to nothing that anybody decided.
# custom:
#   severity: medium
#   controls: [NIST 800-53 SA-2, NIST 800-53 SC-5]
#   mend: >-
#     Let infra/cost_controls.py make the budget, filtered by the tag `environment`, and its action (`stop_at`, 150 at
#     most).
#   types: [aws_budgets_budget, aws_budgets_budget_action]
#   breaks:
#     - {type: aws_budgets_budget_action, drop: true}
#     - {type: aws_budgets_budget_action, at: action_threshold.action_threshold_value, set: 1000}
#     - {type: aws_budgets_budget_action, at: action_type, set: RUN_SSM_DOCUMENTS}
#     - {type: aws_budgets_budget_action, at: budget_name, set: elsewhere}
#     - {type: aws_budgets_budget_action, at: definition.iam_action_definition.roles, set: []}
#     - {type: aws_budgets_budget_action, at: notification_type, set: FORECASTED}
#     - {in: stack, at: resource.aws_budgets_budget, remove: true}
deny_monitoring contains tf.stack_finding("spending_is_stopped", tf.environment, message) if {
	count(tf.of("aws_budgets_budget")) + count(tf.of("aws_budgets_budget_action")) > 0
	count(budgets_with_brake) == 0
	message := "must stop spending when the environment's budget is used up"
}

budgets_with_brake contains address if {
	some action in tf.of("aws_budgets_budget_action")
	stops_spending(action.values)
	some address in tf.references(action, "budget_name")
	some filter in tf.blocks(tf.of("aws_budgets_budget")[address].values, "cost_filter")
	filter.values == [sprintf("user:environment$%s", [tf.environment])]
}

stops_spending(action) if {
	action.action_type == "APPLY_IAM_POLICY"
	action.notification_type == "ACTUAL"
	tf.at(action, ["action_threshold", "action_threshold_type"], null) == "PERCENTAGE"
	tf.at(action, ["action_threshold", "action_threshold_value"], 1000) <= 150
	count(tf.at(action, ["definition", "iam_action_definition", "roles"], [])) > 0
}
