package load_balancers_are_internal_test

import data.lib.example

test_load_balancers_are_internal if {
	example.verdicts("load_balancers_are_internal", {"resource": {
		"aws_lb": {"internal": {"internal": true}, "public": {"internal": false}, "unsaid": {}},
		"aws_alb": {"internal": {"internal": true}, "unsaid": {}},
		"aws_elb": {"internal": {"internal": true}, "unsaid": {}},
	}}) == {
		"pass": {"aws_lb.internal", "aws_alb.internal", "aws_elb.internal"},
		"fail": {"aws_lb.public", "aws_lb.unsaid", "aws_alb.unsaid", "aws_elb.unsaid"},
	}
}
