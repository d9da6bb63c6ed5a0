"""How each resource type is charged: a function of a resource and what is around it. Types that are not here are free
with a reason (`prices/free.yaml`), or cannot be estimated."""

from groundway_ops.cost.pricing import cluster, network, nodes, observability, security, storage
from groundway_ops.cost.pricing.charge import Charge, Free, Pricing

PRICED: dict[str, Pricing] = {
    type_: pricing
    for part in (nodes, cluster, network, storage, observability, security)
    for type_, pricing in part.PRICED.items()
}

__all__ = ["PRICED", "Charge", "Free", "Pricing"]
