package endpoints_admit_our_own_test

import data.lib.example

ours := {"StringEquals": {"aws:PrincipalAccount": "111111111111"}}

anybody := {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}

policy(statements) := {"service_name": "com.amazonaws.eu-west-1.s3", "policy": json.marshal({"Statement": statements})}

failing(endpoints) := example.verdicts("endpoints_admit_our_own", {"resource": {"aws_vpc_endpoint": endpoints}}).fail

endpoint(name) := sprintf("aws_vpc_endpoint.%s", [name])

test_our_own if {
	failing({
		"ours": policy([object.union(anybody, {"Condition": ours})]),
		"and_refuses": policy([object.union(anybody, {"Condition": ours}), object.union(anybody, {"Effect": "Deny"})]),
		"of_pods": {"service_name": "com.amazonaws.eu-west-1.eks-auth"},
	}) == set()
	failing({
		"anybody": policy([anybody]),
		"two_accounts": policy([object.union(anybody, {"Condition": of(["111111111111", "444444444444"])})]),
		"other_account": policy([object.union(anybody, {"Condition": of("333333333333")})]),
		"nobody": policy([object.union(anybody, {"Condition": of([])})]),
		"all_but_ours": policy([object.union(anybody, {"Condition": {"StringNotEquals": ours.StringEquals}})]),
		"not_only_ours": policy([object.union(anybody, {"Condition": ours}), anybody]),
		"unsaid": {"service_name": "com.amazonaws.eu-west-1.s3"},
		"unsaid_service": {},
		"no_policy": {"policy": "everybody"},
	}) == {endpoint(name) |
		some name in [
			"anybody", "two_accounts", "other_account", "nobody", "all_but_ours", "not_only_ours",
			"unsaid", "unsaid_service", "no_policy",
		]
	}
}

of(account) := {"StringEquals": {"aws:PrincipalAccount": account}}

objects := "arn:aws:s3:::images-eu-west-1/*"

role := "arn:aws:iam::111111111111:role/*"

read(resource) := object.union(anybody, {"Action": "s3:GetObject", "Resource": resource})

assume(resource) := object.union(anybody, {"Action": ["sts:AssumeRoleWithWebIdentity"], "Resource": resource})

test_of_others if {
	failing({"layers": policy([read([objects])]), "pods": policy([assume([role])])}) == set()
	failing({
		"all_objects": policy([read("*")]),
		"other_objects": policy([read([objects, "arn:aws:s3:::elsewhere/*"])]),
		"other_region": policy([read(["arn:aws:s3:::images-us-east-1/*"])]),
		"writes": policy([object.union(read(objects), {"Action": ["s3:GetObject", "s3:PutObject"]})]),
		"all_but_one": policy([{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": objects}]),
		"all_roles": policy([assume("*")]),
		"other_roles": policy([assume([role, "arn:aws:iam::444444444444:role/*"])]),
		"other_actions": policy([object.union(assume(role), {"Action": "sts:*"})]),
		"all_roles_but_one": policy([{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "NotResource": role}]),
	}) == {endpoint(name) |
		some name in [
			"all_objects", "other_objects", "other_region", "writes", "all_but_one",
			"all_roles", "other_roles", "other_actions", "all_roles_but_one",
		]
	}
}

test_policies_of_their_own if {
	example.verdicts("endpoints_admit_our_own", {"resource": {"aws_vpc_endpoint_policy": {
		"ours": policy([object.union(anybody, {"Condition": ours})]),
		"anybody": policy([anybody]),
		"unsaid": {},
	}}}) == {
		"pass": {"aws_vpc_endpoint_policy.ours"},
		"fail": {"aws_vpc_endpoint_policy.anybody", "aws_vpc_endpoint_policy.unsaid"},
	}
}
