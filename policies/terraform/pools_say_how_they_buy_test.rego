package pools_say_how_they_buy_test

import data.lib.example

pool(template, type) := {
	"launch_template": {"id": sprintf("${aws_launch_template.%s.id}", [template])},
	"capacity_type": type,
}

test_pools_say_how_they_buy if {
	target := {"capacity_reservation_target": {"capacity_reservation_id": "cr-1"}}
	reserved := {"capacity_reservation_specification": target}
	block := {"instance_market_options": {"market_type": "capacity-block"}}
	example.verdicts("pools_say_how_they_buy", {"resource": {
		"aws_launch_template": {
			"plain": {},
			"reserved": reserved,
			"block": object.union(reserved, block),
			"block_of_nothing": block,
			"spot": {"instance_market_options": [{"market_type": "spot"}]},
		},
		"aws_eks_node_group": {
			"on_demand": pool("plain", "ON_DEMAND"),
			"reserved": pool("reserved", "ON_DEMAND"),
			"spot": pool("plain", "SPOT"),
			"block": pool("block", "CAPACITY_BLOCK"),
			"other": pool("plain", "RESERVED"),
			"spot_beside_reservation": pool("reserved", "SPOT"),
			"spot_beside_block": pool("block_of_nothing", "SPOT"),
			"block_on_demand": pool("block", "ON_DEMAND"),
			"block_in_name": pool("reserved", "CAPACITY_BLOCK"),
			"block_of_nothing": pool("block_of_nothing", "CAPACITY_BLOCK"),
			"unsaid": {},
		},
	}}) == {
		"pass": {
			"aws_launch_template.plain",
			"aws_launch_template.reserved",
			"aws_launch_template.block",
			"aws_launch_template.block_of_nothing",
			"aws_eks_node_group.on_demand",
			"aws_eks_node_group.reserved",
			"aws_eks_node_group.spot",
			"aws_eks_node_group.block",
		},
		"fail": {
			"aws_launch_template.spot",
			"aws_eks_node_group.other",
			"aws_eks_node_group.spot_beside_reservation",
			"aws_eks_node_group.spot_beside_block",
			"aws_eks_node_group.block_on_demand",
			"aws_eks_node_group.block_in_name",
			"aws_eks_node_group.block_of_nothing",
			"aws_eks_node_group.unsaid",
		},
	}
}
