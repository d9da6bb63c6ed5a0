package networks_log_all_traffic_test

import data.lib.example

test_networks_log_all_traffic if {
	logs := "${aws_cloudwatch_log_group.flows.arn}"
	example.verdicts("networks_log_all_traffic", {"resource": {
		"aws_vpc": {"logged": {}, "rejected_only": {}, "to_nowhere": {}, "never": {}},
		"aws_flow_log": {
			"logged": {"vpc_id": "${aws_vpc.logged.id}", "traffic_type": "ALL", "log_destination": logs},
			"rejected": {"vpc_id": "${aws_vpc.rejected_only.id}", "traffic_type": "REJECT", "log_destination": logs},
			"nowhere": {"vpc_id": "${aws_vpc.to_nowhere.id}", "traffic_type": "ALL"},
		},
	}}) == {
		"pass": {"aws_vpc.logged", "aws_flow_log.logged", "aws_flow_log.rejected", "aws_flow_log.nowhere"},
		"fail": {"aws_vpc.rejected_only", "aws_vpc.to_nowhere", "aws_vpc.never"},
	}
}
