package default_security_groups_are_closed_test

import data.lib.example

test_default_security_groups_are_closed if {
	example.verdicts("default_security_groups_are_closed", {"resource": {
		"aws_vpc": {"closed": {}, "as_aws_makes_it": {}},
		"aws_default_security_group": {
			"closed": {"vpc_id": "${aws_vpc.closed.id}", "ingress": [], "egress": []},
			"lets_in": {"vpc_id": "vpc-1", "ingress": [{"self": true, "protocol": "-1"}], "egress": []},
			"lets_out": {"vpc_id": "vpc-2", "ingress": [], "egress": [{"cidr_blocks": ["0.0.0.0/0"], "protocol": "-1"}]},
			"unsaid": {"vpc_id": "vpc-3"},
		},
	}}) == {
		"pass": {"aws_vpc.closed", "aws_default_security_group.closed"},
		"fail": {
			"aws_vpc.as_aws_makes_it",
			"aws_default_security_group.lets_in",
			"aws_default_security_group.lets_out",
			"aws_default_security_group.unsaid",
		},
	}
}
