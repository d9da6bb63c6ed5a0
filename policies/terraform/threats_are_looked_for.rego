package main

import data.lib.terraform as tf

# METADATA
# title: GuardDuty watches the account with all that it can, and Access Analyzer what others reach
# description: >-
#   Stolen credentials, miners on GPU nodes and emptied buckets look like nothing in particular to rules about what is
#   configured. These look at what happens.
# custom:
#   severity: high
#   controls:
#     - CIS AWS v3.0 1.20
#     - AWS FSBP GuardDuty.1
#     - AWS FSBP GuardDuty.5
#     - AWS FSBP GuardDuty.8
#     - AWS FSBP GuardDuty.9
#     - AWS FSBP GuardDuty.10
#     - AWS FSBP GuardDuty.11
#     - NIST 800-53 SI-4
#   mend: Leave infra/threat_detection.py and its FEATURES whole.
#   types: [aws_guardduty_detector, aws_guardduty_detector_feature, aws_accessanalyzer_analyzer]
#   breaks:
#     - {type: aws_guardduty_detector, at: enable, set: false}
#     - {type: aws_guardduty_detector, at: finding_publishing_frequency, set: SIX_HOURS}
#     - {type: aws_guardduty_detector_feature, drop: true}
#     - {type: aws_guardduty_detector_feature, at: status, set: DISABLED}
#     - {type: aws_guardduty_detector_feature, at: additional_configuration.0.status, set: DISABLED}
#     - {type: aws_guardduty_detector_feature, at: additional_configuration.0, remove: true}
#     - {type: aws_accessanalyzer_analyzer, at: type, set: ACCOUNT_UNUSED_ACCESS}
#     - {type: aws_accessanalyzer_analyzer, drop: true}
deny_logging contains tf.finding("threats_are_looked_for", detector, detector.values, message) if {
	some detector in tf.of("aws_guardduty_detector")
	not watchful(detector.values)
	message := "must be on, and tell within the hour"
}

deny_logging contains tf.finding("threats_are_looked_for", detector, missing, "must have these features on") if {
	some detector in tf.of("aws_guardduty_detector")
	missing := watched_features - object.get(features_of_detectors, detector.address, set())
	count(missing) > 0
}

# What looks for trouble looks from outside, too: one analyzer of external access beside each detector.
deny_logging contains tf.finding("threats_are_looked_for", detector, null, message) if {
	some detector in tf.of("aws_guardduty_detector")
	count([a | some a in tf.of("aws_accessanalyzer_analyzer"); a.values.type in {"ACCOUNT", "ORGANIZATION"}]) == 0
	message := "must have an analyzer of external access beside it"
}

watched_features := {
	"EBS_MALWARE_PROTECTION",
	"EKS_AUDIT_LOGS",
	"RDS_LOGIN_EVENTS",
	"RUNTIME_MONITORING",
	"S3_DATA_EVENTS",
}

watchful(detector) if {
	object.get(detector, "enable", true) in {true, "true", null}
	detector.finding_publishing_frequency in {"FIFTEEN_MINUTES", "ONE_HOUR"}
}

features_of_detectors[address] contains feature.values.name if {
	some feature in tf.of("aws_guardduty_detector_feature")
	feature.values.status == "ENABLED"
	additions_of_feature(feature.values)
	some address in tf.references(feature, "detector_id")
}

additions_of_feature(feature) if feature.name != "RUNTIME_MONITORING"

# Without its agent on the nodes it sees nothing.
additions_of_feature(feature) if {
	feature.name == "RUNTIME_MONITORING"
	some addition in tf.blocks(feature, "additional_configuration")
	addition.name == "EKS_ADDON_MANAGEMENT"
	addition.status == "ENABLED"
}
