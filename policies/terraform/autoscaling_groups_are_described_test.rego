package autoscaling_groups_are_described_test

import data.lib.example

hint := "k8s.io/cluster-autoscaler/node-template"

pool := {
	"ami_type": "AL2023_x86_64_NVIDIA",
	"labels": {"groundway.dev/pool": "a10g"},
	"taint": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}],
	"scaling_config": {"min_size": 0},
	"launch_template": {"id": "${aws_launch_template.fabric.id}"},
}

said := object.union(example.tags, {
	sprintf("%s/label/groundway.dev/pool", [hint]): "a10g",
	sprintf("%s/taint/nvidia.com/gpu", [hint]): "present:NoSchedule",
	sprintf("%s/resources/nvidia.com/gpu", [hint]): "8",
	sprintf("%s/resources/vpc.amazonaws.com/efa", [hint]): "2",
})

group := "${aws_eks_node_group.a.resources[0].autoscaling_groups[0].name}"

# Whether a pool fails, of which the tags of its group say this.
fails(values, tags, more) if {
	named := [{"autoscaling_group_name": group, "tag": {"key": key, "value": value}} | some key, value in tags]
	listed := array.concat(named, more)
	"aws_eks_node_group.a" in example.verdicts("autoscaling_groups_are_described", {"resource": {
		"aws_launch_template": {
			"fabric": {"network_interfaces": [{"interface_type": "efa"}, {"interface_type": "efa-only"}]},
		},
		"aws_eks_node_group": {"a": values},
		"aws_autoscaling_group_tag": {sprintf("t%d", [i]): tag | some i, tag in listed},
	}}).fail
}

test_an_empty_pool_says_everything if {
	not fails(pool, said, [])
	every key, _ in said {
		fails(pool, object.remove(said, [key]), [])
		fails(pool, object.union(said, {key: ""}), [])
	}
}

test_values_are_known if {
	fails(pool, object.union(said, {"team": "nobody"}), [])
	fails(pool, object.union(said, {"environment": "prod"}), [])
	fails(pool, object.union(said, {sprintf("%s/label/groundway.dev/pool", [hint]): "other"}), [])
	fails(pool, object.union(said, {sprintf("%s/label/groundway.dev/pool", [hint]): "a10gg"}), [])
}

test_tags_of_another_group_do_not_count if {
	other := [{"autoscaling_group_name": "elsewhere", "tag": {"key": "team", "value": "demand"}}]
	fails(pool, object.remove(said, ["team"]), other)
	not fails(pool, said, other)
}

test_a_key_said_twice_says_nothing if {
	fails(pool, said, [{"autoscaling_group_name": group, "tag": {"key": "team", "value": "demand"}}])
}

test_a_pool_that_keeps_nodes_says_who_pays if {
	kept := object.union(pool, {"scaling_config": [{"min_size": 1}]})
	not fails(kept, example.tags, [])
	fails(kept, object.remove(example.tags, ["owner"]), [])
}
