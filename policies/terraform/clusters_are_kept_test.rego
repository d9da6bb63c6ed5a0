package clusters_are_kept_test

import data.lib.example

failing(environment) := example.verdicts("clusters_are_kept", {
	"provider": {
		"aws": [object.union(example.base.provider.aws[0], {"default_tags": [{"tags": {"environment": environment}}]})],
	},
	"resource": {"aws_eks_cluster": {
		"kept": {"deletion_protection": true},
		"loose": {"deletion_protection": false},
		"unsaid": {},
	}},
}).fail

test_clusters_are_kept if {
	failing("prod") == {"aws_eks_cluster.loose", "aws_eks_cluster.unsaid"}
	failing("dev") == set()
}
