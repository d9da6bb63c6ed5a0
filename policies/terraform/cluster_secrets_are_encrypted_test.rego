package cluster_secrets_are_encrypted_test

import data.lib.example

ours := "${aws_kms_key.cluster.arn}"

theirs := "arn:aws:kms:eu-west-1:999999999999:key/theirs"

test_cluster_secrets_are_encrypted if {
	example.verdicts("cluster_secrets_are_encrypted", {"resource": {"aws_eks_cluster": {
		"ours": {"encryption_config": {"resources": ["secrets"], "provider": {"key_arn": ours}}},
		"in_lists": {"encryption_config": [{"resources": ["secrets"], "provider": [{"key_arn": ours}]}]},
		"theirs": {"encryption_config": {"resources": ["secrets"], "provider": {"key_arn": theirs}}},
		"without_key": {"encryption_config": {"resources": ["secrets"], "provider": {}}},
		"without_secrets": {"encryption_config": {"resources": [], "provider": {"key_arn": ours}}},
		"plain": {},
	}}}) == {
		"pass": {"aws_eks_cluster.ours", "aws_eks_cluster.in_lists"},
		"fail": {
			"aws_eks_cluster.theirs",
			"aws_eks_cluster.without_key",
			"aws_eks_cluster.without_secrets",
			"aws_eks_cluster.plain",
		},
	}
}
