"""Resources as the stacks write them, with what their price depends on."""

from datetime import date
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[3]
TODAY = date(2026, 11, 23)


def node_group(types: list[str], sizes: tuple[int, int, int], capacity: str = "ON_DEMAND", **template: Any) -> dict:
    """`sizes`: min, desired, max. The disk is 100 GB of gp3."""
    low, desired, high = sizes
    return {
        "aws_eks_node_group": {
            "g": {
                "node_group_name": "a10g",
                "capacity_type": capacity,
                "instance_types": types,
                "launch_template": {"id": "${aws_launch_template.t.id}"},
                "scaling_config": {"min_size": low, "desired_size": desired, "max_size": high},
            }
        },
        "aws_launch_template": {
            "t": {
                "block_device_mappings": [{"ebs": {"volume_size": 100, "volume_type": "gp3"}}],
                **template,
            }
        },
    }


def endpoint(zones: int) -> dict[str, Any]:
    return {"vpc_endpoint_type": "Interface", "subnet_ids": [f"subnet-{i}" for i in range(zones)]}


def database(**arguments: Any) -> dict[str, Any]:
    return {
        "aws_db_instance": {
            "d": {
                "engine": "postgres",
                "instance_class": "db.t4g.medium",
                "allocated_storage": 20,
                "max_allocated_storage": 100,
                "storage_type": "gp3",
                **arguments,
            }
        }
    }
