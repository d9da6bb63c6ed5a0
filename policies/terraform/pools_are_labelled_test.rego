package pools_are_labelled_test

import data.lib.example

test_pools_are_labelled if {
	cpu := {"node_group_name": "a", "instance_types": ["m7i.large"]}
	gpu := {"node_group_name": "a", "instance_types": ["g5.xlarge"]}
	labels := {"groundway.dev/pool": "a", "groundway.dev/accelerator": "a10g", "groundway.dev/accelerator-count": "1"}
	example.verdicts("pools_are_labelled", {"resource": {"aws_eks_node_group": {
		"cpu": object.union(cpu, {"labels": {"groundway.dev/pool": "a"}}),
		"gpu": object.union(gpu, {"labels": labels}),
		"other_pool": object.union(cpu, {"labels": {"groundway.dev/pool": "b"}}),
		"gpu_by_pool_only": object.union(gpu, {"labels": {"groundway.dev/pool": "a"}}),
		"gpu_of_no_kind": object.union(gpu, {"labels": object.union(labels, {"groundway.dev/accelerator": ""})}),
		"gpu_uncounted": object.union(gpu, {"labels": object.remove(labels, ["groundway.dev/accelerator-count"])}),
		"unsaid": cpu,
		"nameless": {},
	}}}) == {
		"pass": {"aws_eks_node_group.cpu", "aws_eks_node_group.gpu"},
		"fail": {
			"aws_eks_node_group.other_pool",
			"aws_eks_node_group.gpu_by_pool_only",
			"aws_eks_node_group.gpu_of_no_kind",
			"aws_eks_node_group.gpu_uncounted",
			"aws_eks_node_group.unsaid",
			"aws_eks_node_group.nameless",
		},
	}
}
