package interruptions_are_heard_test

import data.lib.example

events := {
	"warning": ["aws.ec2", "EC2 Spot Instance Interruption Warning"],
	"rebalance": ["aws.ec2", "EC2 Instance Rebalance Recommendation"],
	"state": ["aws.ec2", "EC2 Instance State-change Notification"],
	"reservation": ["aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"],
	"health": ["aws.health", "AWS Health Event"],
}

rules := {name: {"event_pattern": json.marshal({"source": [event[0]], "detail-type": [event[1]]})} |
	some name, event in events
}

targets := {name: {"rule": rule_name, "arn": "${aws_sqs_queue.ours.arn}"} |
	some name, _ in events
	rule_name := sprintf("${aws_cloudwatch_event_rule.%s.name}", [name])
}

failing(rules_made, targets_made) := example.verdicts("interruptions_are_heard", {"resource": {
	"aws_sqs_queue": {"ours": {}},
	"aws_eks_access_entry": {"people": {"type": "STANDARD"}, "unsaid": {}, "nodes": {"type": "EC2_LINUX"}},
	"aws_cloudwatch_event_rule": rules_made,
	"aws_cloudwatch_event_target": targets_made,
}}).fail

test_everything_is_heard if failing(rules, targets) == set()

test_each_is_wanted if {
	every name, _ in events {
		failing(object.remove(rules, [name]), targets) == {"aws_eks_access_entry.nodes"}
		failing(rules, object.remove(targets, [name])) == {"aws_eks_access_entry.nodes"}
	}
}

changed(values) := failing(object.union(rules, {"health": object.union(rules.health, values)}), targets)

redirected(values) := failing(rules, object.union(targets, {"health": object.union(targets.health, values)}))

test_what_is_not_heard if {
	unheard := {"aws_eks_access_entry.nodes"}
	changed({"state": "ENABLED"}) == set()
	changed({"state": "DISABLED"}) == unheard
	changed({"event_pattern": json.marshal({"source": ["aws.s3"], "detail-type": ["AWS Health Event"]})}) == unheard
	changed({"event_pattern": json.marshal({"source": ["aws.health"], "detail-type": ["Nothing"]})}) == unheard
	changed({"event_pattern": "everything"}) == unheard
	redirected({"arn": "arn:aws:sqs:eu-west-1:444444444444:elsewhere"}) == unheard
	redirected({"arn": "${aws_sqs_queue.gone.arn}"}) == unheard
}
