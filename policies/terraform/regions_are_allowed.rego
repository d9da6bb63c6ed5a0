package main

import data.lib.places
import data.lib.terraform as tf

# METADATA
# title: Everything is in a region that is allowed
# description: >-
#   Data, models and logs stay where they may be. Every region counts that a resource names anywhere - in its arguments,
#   a zone, an ARN, a condition. The bill alone is elsewhere, where AWS writes it.
# custom:
#   severity: high
#   controls: [NIST 800-53 SA-9, NIST 800-53 CM-7]
#   mend: Take the region from Site (infra/site.py); those that are allowed are in policies/allowed.yaml.
#   types: [stack, "*"]
#   breaks:
#     - {in: stack, at: provider.aws.region, set: us-west-2}
#     - {in: stack, at: provider.aws.region, remove: true}
#     - {type: aws_kms_key, at: region, set: us-east-1}
#     - {type: aws_subnet, at: availability_zone, set: eu-central-1a}
#     - {type: aws_vpc_endpoint, at: service_name, set: com.amazonaws.ap-southeast-2.s3}
deny_change contains tf.stack_finding("regions_are_allowed", region, message) if {
	some provider in places.providers
	region := object.get(provider, "region", "")
	not region in tf.allowed.regions
	message := "the provider must be in a region that is allowed"
}

deny_change contains tf.finding("regions_are_allowed", resource, strange, "names a region that is not allowed") if {
	some address, named in places.regions
	resource := tf.all[address]
	strange := named - regions_of(resource.type)
	count(strange) > 0
}

regions_of(type) := {r | some r in tf.allowed.regions} | {data.allowed.billing.region |
	type in data.allowed.billing.types
}
