package pods_take_their_own_role_test

import data.lib.example

strings := {
	"aws:SourceAccount": "111111111111",
	"aws:RequestTag/kubernetes-namespace": "groundway-training",
	"aws:RequestTag/kubernetes-service-account": "training",
}

cluster := {"aws:SourceArn": "${aws_eks_cluster.ours.arn}"}

statement := {
	"Effect": "Allow",
	"Principal": {"Service": "pods.eks.amazonaws.com"},
	"Action": ["sts:AssumeRole", "sts:TagSession"],
	"Condition": {"StringEquals": strings, "ArnEquals": cluster},
}

role(change) := {"assume_role_policy": json.marshal({
	"Version": "2012-10-17",
	"Statement": [object.union(statement, change)],
})}

without(key) := {"assume_role_policy": json.marshal({
	"Version": "2012-10-17",
	"Statement": [json.remove(statement, [sprintf("Condition/%s", [key])])],
})}

from(arn) := role({"Condition": {"ArnEquals": {"aws:SourceArn": arn}}})

test_pods_take_their_own_role if {
	example.verdicts("pods_take_their_own_role", {"resource": {"aws_iam_role": {
		"told_apart": role({}),
		"by_name": from("arn:aws:eks:eu-west-1:111111111111:cluster/groundway-dev"),
		"another_service": role({"Principal": {"Service": "eks.amazonaws.com"}, "Condition": {}}),
		"any_namespace": without("StringEquals/aws:RequestTag~1kubernetes-namespace"),
		"any_account": without("StringEquals/aws:RequestTag~1kubernetes-service-account"),
		"any_cluster": without("ArnEquals"),
		"another_accounts_cluster": from("arn:aws:eks:eu-west-1:333333333333:cluster/groundway-dev"),
		"every_cluster": from("arn:aws:eks:eu-west-1:111111111111:cluster/*"),
		"something_else": from("${aws_vpc.ours.arn}"),
		"with_another_service": role({"Principal": {"Service": ["pods.eks.amazonaws.com", "eks.amazonaws.com"]}}),
		"another_action": role({"Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}),
	}}}) == {
		"pass": {"aws_iam_role.told_apart", "aws_iam_role.by_name", "aws_iam_role.another_service"},
		"fail": {
			"aws_iam_role.any_namespace",
			"aws_iam_role.any_account",
			"aws_iam_role.any_cluster",
			"aws_iam_role.another_accounts_cluster",
			"aws_iam_role.every_cluster",
			"aws_iam_role.something_else",
			"aws_iam_role.with_another_service",
			"aws_iam_role.another_action",
		},
	}
}
