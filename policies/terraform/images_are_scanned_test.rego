package images_are_scanned_test

import data.lib.example

on_push := {"image_scanning_configuration": {"scan_on_push": true}}

registry(frequency, filter) := {"rule": [{
	"scan_frequency": frequency,
	"repository_filter": [{"filter": filter, "filter_type": "WILDCARD"}],
}]}

test_repositories_are_scanned if {
	example.verdicts("images_are_scanned", {"resource": {
		"aws_ecr_repository": {
			"scanned": on_push,
			"unscanned": {"image_scanning_configuration": [{"scan_on_push": false}]},
			"unsaid": {},
		},
		"aws_ecr_registry_scanning_configuration": {"all": registry("SCAN_ON_PUSH", "*")},
	}}) == {
		"pass": {"aws_ecr_repository.scanned", "aws_ecr_registry_scanning_configuration.all"},
		"fail": {"aws_ecr_repository.unscanned", "aws_ecr_repository.unsaid"},
	}
}

test_the_whole_registry_is_scanned if {
	example.verdicts("images_are_scanned", {"resource": {"aws_ecr_registry_scanning_configuration": {
		"on_push": registry("SCAN_ON_PUSH", "*"),
		"again_and_again": registry("CONTINUOUS_SCAN", "*"),
		"by_hand": registry("MANUAL", "*"),
		"some": registry("SCAN_ON_PUSH", "groundway-*"),
		"none": {},
	}}}) == {
		"pass": {
			"aws_ecr_registry_scanning_configuration.on_push",
			"aws_ecr_registry_scanning_configuration.again_and_again",
		},
		"fail": {
			"aws_ecr_registry_scanning_configuration.by_hand",
			"aws_ecr_registry_scanning_configuration.some",
			"aws_ecr_registry_scanning_configuration.none",
		},
	}
}
