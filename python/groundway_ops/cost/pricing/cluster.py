"""The Kubernetes control plane and what is installed with it."""

from collections.abc import Iterator

from groundway.errors import InvalidInput
from groundway_ops.cost.amounts import MONTH, total
from groundway_ops.cost.pricing.charge import Charge, Free
from groundway_ops.cost.pricing.nodes import pools
from groundway_ops.cost.resources import Resource, Scene

INSIGHTS = "amazon-cloudwatch-observability"


def cluster(resource: Resource, scene: Scene) -> Iterator[Charge]:
    version = str(resource.get("version"))
    ends = scene.book.support_ends.get(version)
    if ends is None:
        raise InvalidInput(
            f"the price book does not know when support of Kubernetes {version} ends: see kubernetes.csv"
        )
    if scene.on > ends:
        note = f"Kubernetes {version} left standard support on {ends}: six times the price, until it is upgraded"
        yield Charge("control plane, extended support", MONTH, "eks.cluster_extended", note=note)
    else:
        note = f"Kubernetes {version} is in standard support until {ends}"
        yield Charge("control plane", MONTH, "eks.cluster", note=note)


def addon(resource: Resource, scene: Scene) -> Iterator[Charge | Free]:
    name = resource.get("addon_name")
    if name != INSIGHTS:
        yield Free("the add-on is free; its pods run on nodes that are priced")
        return
    nodes = total([pool.nodes for pool in pools(scene)])
    observed = nodes * scene.usage.metrics.million_observations_a_node
    yield Charge("Container Insights", observed, "cloudwatch.observations", note="grows with the nodes")


PRICED = {"aws_eks_cluster": cluster, "aws_eks_addon": addon}
