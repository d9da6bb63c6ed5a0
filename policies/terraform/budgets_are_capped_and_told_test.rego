package budgets_are_capped_and_told_test

import data.lib.example

notice(kind) := {
	"notification_type": kind,
	"threshold": 100,
	"threshold_type": "PERCENTAGE",
	"subscriber_sns_topic_arns": ["${aws_sns_topic.alerts.arn}"],
}

sound := {
	"budget_type": "COST",
	"limit_amount": "1000",
	"limit_unit": "USD",
	"time_unit": "MONTHLY",
	"notification": [notice("ACTUAL"), notice("FORECASTED")],
}

changed(values) := object.union(sound, values)

test_budgets_are_capped_and_told if {
	example.verdicts("budgets_are_capped_and_told", {"resource": {"aws_budgets_budget": {
		"sound": sound,
		"small": changed({"limit_amount": "12.5"}),
		"by_mail": changed({"notification": [
			object.union(
				object.remove(notice("ACTUAL"), ["subscriber_sns_topic_arns"]),
				{"subscriber_email_addresses": ["a@example.com"]},
			),
			notice("FORECASTED"),
		]}),
		"large": changed({"limit_amount": "1000.01"}),
		"unknown": changed({"limit_amount": "${var.limit}"}),
		"a_year": changed({"time_unit": "ANNUALLY"}),
		"in_hours": changed({"limit_unit": "Hrs"}),
		"of_use": changed({"budget_type": "USAGE"}),
		"no_forecast": changed({"notification": [notice("ACTUAL")]}),
		"forecast_only": changed({"notification": notice("FORECASTED")}),
		"too_late": changed({"notification": [object.union(notice("ACTUAL"), {"threshold": 120}), notice("FORECASTED")]}),
		"in_dollars": changed({"notification": [
			object.union(notice("ACTUAL"), {"threshold_type": "ABSOLUTE_VALUE"}),
			notice("FORECASTED"),
		]}),
		"to_nobody": changed({"notification": [
			object.union(notice("ACTUAL"), {"subscriber_sns_topic_arns": []}),
			notice("FORECASTED"),
		]}),
		"unsaid": {},
	}}}) == {
		"pass": {sprintf("aws_budgets_budget.%s", [name]) | some name in ["sound", "small", "by_mail"]},
		"fail": {sprintf("aws_budgets_budget.%s", [name]) |
			some name in [
				"large", "unknown", "a_year", "in_hours", "of_use", "no_forecast",
				"forecast_only", "too_late", "in_dollars", "to_nobody", "unsaid",
			]
		},
	}
}
