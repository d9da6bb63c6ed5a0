package threats_are_looked_for_test

import data.lib.example

detector := {"enable": true, "finding_publishing_frequency": "FIFTEEN_MINUTES"}

agent := {"name": "EKS_ADDON_MANAGEMENT", "status": "ENABLED"}

features := {name: {
	"detector_id": "${aws_guardduty_detector.d.id}",
	"name": name,
	"status": "ENABLED",
	"additional_configuration": [agent],
} |
	some name in [
		"EBS_MALWARE_PROTECTION",
		"EKS_AUDIT_LOGS",
		"RDS_LOGIN_EVENTS",
		"RUNTIME_MONITORING",
		"S3_DATA_EVENTS",
	]
}

fail(change, seen_by, analyzer) := example.verdicts("threats_are_looked_for", {"resource": {
	"aws_guardduty_detector": {"d": object.union(detector, change)},
	"aws_guardduty_detector_feature": seen_by,
	"aws_accessanalyzer_analyzer": {"a": {"type": analyzer}},
}}).fail

blind := {"aws_guardduty_detector.d"}

test_threats_are_looked_for if {
	fail({}, features, "ACCOUNT") == set()
	fail({"enable": false}, features, "ACCOUNT") == blind
	fail({"finding_publishing_frequency": "SIX_HOURS"}, features, "ACCOUNT") == blind
	fail({}, features, "ACCOUNT_UNUSED_ACCESS") == blind
	every name, _ in features {
		fail({}, object.remove(features, [name]), "ACCOUNT") == blind
		fail({}, object.union(features, {name: {"status": "DISABLED"}}), "ACCOUNT") == blind
	}
}

test_the_agent_is_on_the_nodes if {
	without := {"RUNTIME_MONITORING": {"additional_configuration": []}}
	fail({}, object.union(features, without), "ACCOUNT") == blind
	off := {"RUNTIME_MONITORING": {"additional_configuration": [object.union(agent, {"status": "DISABLED"})]}}
	fail({}, object.union(features, off), "ACCOUNT") == blind
}

test_features_are_those_of_the_detector if {
	of_another := {name: object.union(f, {"detector_id": "${aws_guardduty_detector.other.id}"}) | some name, f in features}
	fail({}, of_another, "ACCOUNT") == blind
}
