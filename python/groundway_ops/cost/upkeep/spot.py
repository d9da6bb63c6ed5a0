"""What spot costs: the median of a week over the zones of a region, from EC2's history."""

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median

from groundway_ops.cost.upkeep.price_list import Answer, reachable

DAYS = 7


class SpotHistory:
    def prices(self, instance_types: Collection[str], region: str) -> dict[str, Answer]:
        """USD an hour by type, of those that have a history. Raises `Unavailable` if AWS does not answer."""
        import boto3
        from botocore.config import Config

        now = datetime.now(UTC)
        seen: dict[str, list[Decimal]] = defaultdict(list)
        with reachable("ec2:DescribeSpotPriceHistory"):
            config = Config(retries={"mode": "standard", "max_attempts": 8})
            pages = boto3.client("ec2", region_name=region, config=config).get_paginator("describe_spot_price_history")
            for page in pages.paginate(
                InstanceTypes=list(instance_types),
                ProductDescriptions=["Linux/UNIX"],
                StartTime=now - timedelta(days=DAYS),
                EndTime=now,
            ):
                for entry in page["SpotPriceHistory"]:
                    seen[entry["InstanceType"]].append(Decimal(entry["SpotPrice"]))
        source = f"EC2 spot price history: median of {DAYS} days over the zones"
        return {kind: Answer(median(prices), source) for kind, prices in seen.items()}
