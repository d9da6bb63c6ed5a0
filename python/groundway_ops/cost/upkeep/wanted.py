"""What an estimate may ask of the price book: in which region, for which environment or code."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from groundway.environment import CpuPool, Environment, GpuPool
from groundway.environment.accelerators import ACCELERATORS
from groundway.errors import InvalidInput
from groundway_ops.cost import pricing, usage
from groundway_ops.cost.price_book import PriceBook
from groundway_ops.cost.pricing.security import FEATURES

KEY = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
GP3 = ("ebs.gp3", "ebs.gp3_iops", "ebs.gp3_throughput", "rds.gp3")


@dataclass(frozen=True, order=True)
class Wanted:
    """A price that somebody may ask for. `kind`: key, on_demand, spot, capacity_block, any (way to buy), sagemaker or
    version (of Kubernetes)."""

    kind: str
    name: str
    region: str
    by: str

    def check(self, book: PriceBook) -> None:
        """Raise `InvalidInput` if the book does not have it."""
        match self.kind:
            case "key":
                book.price(self.name, self.region)
            case "sagemaker":
                book.sagemaker(self.name, self.region)
            case "version":
                if self.name not in book.support_ends:
                    raise InvalidInput(f"when support of Kubernetes {self.name} ends is not in kubernetes.csv")
            case "any":
                _buyable(self.name, self.region, book)
            case _:
                book.instance(self.name, self.kind, self.region)  # type: ignore[arg-type]


def wanted(environments: Mapping[str, Environment], root: Path) -> list[Wanted]:
    """All of it, sorted: for the pools that there are, those that policies allow, and every key of `pricing/`."""
    found = {w for name, e in environments.items() for w in _of(name, e, root)}
    return sorted(found)


def keys() -> list[str]:
    """Every key that `pricing/` names in full, and those that it puts together from what the stacks say."""
    folder = Path(pricing.__file__).parent
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.py")))
    texts = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    named = {text for text in texts if isinstance(text, str) and KEY.fullmatch(text)}
    return sorted(named | set(GP3) | {f"guardduty.{feature}" for feature in FEATURES.values()})


def _of(name: str, environment: Environment, root: Path) -> Iterator[Wanted]:
    region = environment.region
    yield from (Wanted("key", key, region, "pricing/") for key in keys())
    yield Wanted("key", f"rds.{environment.registry.instance_class}", region, f"{name}: registry.instance_class")
    yield Wanted("version", environment.cluster.version, region, f"{name}: cluster.version")
    pools: dict[str, CpuPool | GpuPool] = {**environment.cpu_pools, **environment.gpu_pools}
    for pool_name, pool in pools.items():
        for instance_type in pool.instance_types:
            purchase = _purchase(pool)
            yield Wanted(purchase, instance_type, region, f"{name}: pool {pool_name}")
            if purchase == "spot":  # it may rise to that, and no further
                yield Wanted("on_demand", instance_type, region, f"{name}: pool {pool_name}")
    for instance_type in _allowed(name, root):
        yield Wanted("any", instance_type, region, f"{name}: gpu_families of policies/allowed.yaml")
    used, _ = usage.load(name, root)
    served = {endpoint.instance_type for endpoint in used.workloads.endpoints.values()}
    for ml_type in {*used.workloads.job_hours, *served}:
        yield Wanted("sagemaker", ml_type, region, f"{name}: workloads of usage.yaml")


def _purchase(pool: CpuPool | GpuPool) -> str:
    """How `pricing/` would price its nodes."""
    reservation = getattr(pool, "reservation", None)
    if reservation is not None and reservation.capacity_block:
        return "capacity_block"
    return "spot" if pool.capacity == "spot" else "on_demand"


def _allowed(name: str, root: Path) -> list[str]:
    """Accelerated types that pools of the environment may name, as far as the policies go."""
    file = root / "policies" / "allowed.yaml"
    said: Any = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    own = said.get("allowed", {}).get("environments", {}).get(name, {})
    return [t for t in ACCELERATORS if t.partition(".")[0] in own.get("gpu_families", [])]


def _buyable(instance_type: str, region: str, book: PriceBook) -> None:
    for purchase in ("on_demand", "capacity_block"):
        try:
            book.instance(instance_type, purchase, region)
        except InvalidInput:
            continue
        return
    raise InvalidInput(f"the price book has no price for {instance_type} in {region}, however it is bought")
