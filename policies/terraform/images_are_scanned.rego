package main

import data.lib.terraform as tf

# METADATA
# title: Every image is scanned when it is pushed, in the whole registry
# description: >-
#   Known flaws come in with base images. The registry's own setting scans every repository, those too that somebody
#   makes by hand or that a first pull makes.
# custom:
#   severity: high
#   controls: [AWS FSBP ECR.1, NIST 800-53 RA-5]
#   mend: Keep infra/image_scanning.py's rule for "*", and scan_on_push = true of each repository.
#   types: [aws_ecr_repository, aws_ecr_registry_scanning_configuration]
#   breaks:
#     - {type: aws_ecr_repository, remove: image_scanning_configuration}
#     - {type: aws_ecr_repository, at: image_scanning_configuration.scan_on_push, set: false}
#     - {type: aws_ecr_registry_scanning_configuration, at: rule, set: []}
#     - {type: aws_ecr_registry_scanning_configuration, at: rule.scan_frequency, set: MANUAL}
#     - {type: aws_ecr_registry_scanning_configuration, at: rule.repository_filter.filter, set: groundway-dev}
deny_data contains tf.finding("images_are_scanned", repository, scan, "must scan on push") if {
	some repository in tf.of("aws_ecr_repository")
	scan := tf.at(repository.values, ["image_scanning_configuration", "scan_on_push"], null)
	not tf.yes(scan)
}

deny_data contains tf.finding("images_are_scanned", registry, frequencies, "must scan every repository on push") if {
	some registry in tf.of("aws_ecr_registry_scanning_configuration")
	frequencies := frequencies_of_all_images(registry)
	count(frequencies & {"SCAN_ON_PUSH", "CONTINUOUS_SCAN"}) == 0
}

frequencies_of_all_images(registry) := {rule.scan_frequency |
	some rule in tf.blocks(registry.values, "rule")
	some filter in tf.blocks(rule, "repository_filter")
	filter.filter == "*"
}
