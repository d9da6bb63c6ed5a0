package main

import data.lib.terraform as tf

# METADATA
# title: Every VPC logs all of its traffic, what was let through and what was not
# description: >-
#   After an incident the flow log is what tells who talked to whom, and how much left. Rejected traffic alone hides the
#   thief, accepted traffic alone hides who looks around.
# custom:
#   severity: high
#   controls: [CIS AWS v3.0 3.7, AWS FSBP EC2.6, NIST 800-53 AU-12, NIST 800-53 SI-4]
#   mend: Set `flow_logs` of the environment's network; infra/flow_logs.py makes the log of a VPC.
#   types: [aws_flow_log, aws_vpc]
#   breaks:
#     - {type: aws_flow_log, drop: true}
#     - {type: aws_flow_log, at: traffic_type, set: REJECT}
#     - {type: aws_flow_log, remove: traffic_type}
#     - {type: aws_flow_log, remove: log_destination}
#     - {type: aws_flow_log, at: vpc_id, set: vpc-elsewhere}
deny_network contains tf.finding("networks_log_all_traffic", vpc, null, "must have a flow log of all its traffic") if {
	some vpc in tf.of("aws_vpc")
	not vpc.address in networks_with_flow_log
}

networks_with_flow_log contains vpc if {
	some log in tf.of("aws_flow_log")
	log.values.traffic_type == "ALL"
	is_string(log.values.log_destination)
	some vpc in tf.references(log, "vpc_id")
}
