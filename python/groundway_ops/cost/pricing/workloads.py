"""What runs on the platform and no Terraform resource stands for: it costs what the usage file declares of it."""

from collections.abc import Iterator

from groundway_ops.cost.amounts import HOURS, Range
from groundway_ops.cost.pricing.charge import Charge
from groundway_ops.cost.resources import Scene


def workloads(scene: Scene) -> Iterator[tuple[str, Charge]]:
    """The name under which something is declared in `usage.yaml`, and what it is charged for."""
    declared = scene.usage.workloads
    for instance_type, hours in declared.job_hours.items():
        yield f"workloads.job_hours.{instance_type}", _sagemaker("jobs", instance_type, hours, scene)
    for name, endpoint in declared.endpoints.items():
        hours = endpoint.instances * HOURS
        yield f"workloads.endpoints.{name}", _sagemaker("endpoint", endpoint.instance_type, hours, scene)
    rest = (
        ("sagemaker_disk_gb", "disks of jobs and endpoints", declared.sagemaker_disk_gb, "sagemaker.disk"),
        ("cluster_disk_gb", "disks of pods", declared.cluster_disk_gb, "ebs.gp3"),
        ("load_balancers", "load balancers", declared.load_balancers * HOURS, "load_balancer.hour"),
        ("load_balancers", "capacity units", _units(scene), "load_balancer.units"),
    )
    for name, dimension, quantity, key in rest:
        if quantity.high:
            yield f"workloads.{name}", Charge(dimension, quantity, key)


def _units(scene: Scene) -> Range:
    declared = scene.usage.workloads
    return declared.load_balancers * declared.load_balancer_units * HOURS


def _sagemaker(what: str, instance_type: str, hours: Range, scene: Scene) -> Charge:
    price = scene.book.sagemaker(instance_type, scene.environment.region)
    return Charge(f"{what}, {instance_type}", hours, prices=(price, price, price))
