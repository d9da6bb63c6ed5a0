"""What the synthesized stacks of an environment cost a month, before anything is deployed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from groundway.environment import Environment, checkout
from groundway.environment.document import Document as UsageFile
from groundway.errors import InvalidInput
from groundway_ops.cost import price_book, usage
from groundway_ops.cost.amounts import between
from groundway_ops.cost.price_book import FOLDER, Price, PriceBook
from groundway_ops.cost.pricing import PRICED, Charge, Free
from groundway_ops.cost.pricing.nodes import karpenter, karpenter_pools
from groundway_ops.cost.pricing.workloads import workloads
from groundway_ops.cost.record import Change, Estimate, FreeResource, Line
from groundway_ops.cost.resources import Resource, Scene, written
from groundway_ops.cost.usage import Usage
from groundway_ops.gate import documents
from groundway_ops.gate.documents import Document

__all__ = ["Change", "Estimate", "FreeResource", "Line", "estimate"]

Place = tuple[str, str, str]  # stack, address, type
MICRO = Decimal("0.000001")  # to which a line is rounded, so that lines add up to the total


def estimate(
    directory: Path,
    environment: Environment,
    *,
    root: Path | None = None,
    book: PriceBook | None = None,
    on: date | None = None,
) -> Estimate:
    """The estimate of `environment`, whose stacks stand in `directory` (`*/cdk.tf.json`).

    `root`: the checkout with `environments/<env>/usage.yaml`. `on`: the day whose support dates count (default: today).
    Raises `InvalidInput` naming the resource, if one is neither priced nor free for a reason.
    """
    return of_stacks(documents.stacks(directory, (environment.name,)), environment, root=root, book=book, on=on)


def of_stacks(
    found: list[Document],
    environment: Environment,
    *,
    root: Path | None = None,
    book: PriceBook | None = None,
    on: date | None = None,
) -> Estimate:
    """The same of stacks that were read already."""
    for stack in found:
        if stack.content.get("module"):
            raise InvalidInput(f"{stack.file}: modules are not priced: what they make is not in the stack")
        _refuse_repeated(stack)
    used, own = known_usage(environment, root)
    scene = Scene(environment, written(found), book or default_book(), used, on or datetime.now(UTC).date())
    return of_scene(scene, declared=True, unused=own)


def of_scene(scene: Scene, *, declared: bool, unused: UsageFile | None = None) -> Estimate:
    """The estimate of what is in `scene`, and with `declared` of what no resource stands for.

    What `unused` names and nothing in the scene is called becomes a notice.
    """
    charges = list(_charges(scene, declared))
    return Estimate(
        environment=scene.environment.name,
        region=scene.environment.region,
        on=scene.on,
        budget=scene.environment.budget.monthly_usd,
        lines=tuple(_line(place, charge, scene) for place, charge in charges if isinstance(charge, Charge)),
        free=tuple(_free(place, charge) for place, charge in charges if isinstance(charge, Free)),
        notices=tuple(_unused(unused, scene)) if unused else (),
    )


def known_usage(environment: Environment, root: Path | None) -> tuple[Usage, UsageFile]:
    """The usage of the environment, and its own file. Raises `InvalidInput` for usage of a pool that there is not."""
    used, own = usage.load(environment.name, checkout(root))
    _known_pools(own, environment)
    return used, own


@cache
def default_book() -> PriceBook:
    return price_book.load()


@cache
def free_types() -> dict[str, str]:
    """Types that cost nothing by themselves, and why."""
    return dict(yaml.safe_load((FOLDER / "free.yaml").read_text(encoding="utf-8")))


@cache
def refused_arguments() -> dict[str, dict[str, list[Any]]]:
    """Arguments that are billed in a way which has no price, by type: the values that are fine."""
    return dict(yaml.safe_load((FOLDER / "refused.yaml").read_text(encoding="utf-8")))


def _charges(scene: Scene, declared: bool) -> Iterator[tuple[Place, Charge | Free]]:
    """Everything that is billed or free: resources, and what no resource stands for."""
    for resource in scene.resources:
        place = resource.stack, resource.address, resource.type
        yield from ((place, charge) for charge in _charged(resource, scene))
    if not declared:
        return
    name = scene.environment.name
    for pool_name, pool in karpenter_pools(scene):
        place = f"{name}-compute", f"gpu_pools.{pool_name}", "karpenter_pool"
        yield from ((place, charge) for charge in karpenter(pool_name, pool, scene))
    for key, charge in workloads(scene):
        yield (f"{name}-workloads", key, "declared"), charge


def _charged(resource: Resource, scene: Scene) -> list[Charge | Free]:
    """At least one, whatever the resource: what is not priced must have a reason."""
    where = f"{resource.stack}: {resource.address}"
    _refuse(resource, where)
    if reason := free_types().get(resource.type):
        return [Free(reason)]
    if resource.type not in PRICED:
        raise InvalidInput(
            f"{where}: nobody said what {resource.type} costs. Price it in groundway_ops/cost/pricing/, or give the "
            "reason why it is free in prices/free.yaml"
        )
    try:
        charges = list(PRICED[resource.type](resource, scene))
    except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError) as e:
        raise InvalidInput(
            f"{where}: an argument that its price depends on is missing or not a plain value: {e!r}"
        ) from e
    if not charges:
        raise InvalidInput(f"{where}: its pricing found nothing to charge, and no reason why it is free")
    return charges


def _refuse_repeated(stack: Document) -> None:
    """Raise for what is there several times. A plan says how often; a stack does not."""
    for resource in written([stack]):
        for repeated in ("count", "for_each"):
            if repeated in resource.arguments:
                raise InvalidInput(
                    f"{resource.stack}: {resource.address}: {repeated} is not priced: how many there will be is not "
                    "known before the plan: estimate that, with --plan"
                )


def _refuse(resource: Resource, where: str) -> None:
    """Raise for what is billed in a way that the price book does not know."""
    for argument, fine in refused_arguments().get(resource.type, {}).items():
        value = resource.arguments.get(argument)
        if isinstance(value, str) and value.startswith("${"):
            raise InvalidInput(f"{where}: {argument} {value} is not known yet, and how it is billed depends on it")
        if value not in (None, "", [], *fine):
            wanted = f"the price book knows {', '.join(map(str, fine))}" if fine else "leave it out"
            raise InvalidInput(
                f"{where}: {argument} {value!r} is billed in a way that has no price; {wanted}, or price it"
            )


def _line(place: Place, charge: Charge, scene: Scene) -> Line:
    cheapest, middle, dearest = charge.prices or _prices(charge.key, place, scene)
    price = between(cheapest.usd, middle.usd, max(dearest.usd, middle.usd))
    stack, address, type_ = place
    return Line(
        stack=stack,
        address=address,
        type=type_,
        dimension=charge.dimension,
        quantity=charge.quantity,
        unit=middle.unit,
        price=price,
        monthly=(charge.quantity * price).rounded(MICRO),
        confidence=middle.confidence,
        note=charge.note,
    )


def _prices(key: str, place: Place, scene: Scene) -> tuple[Price, Price, Price]:
    try:
        price = scene.book.price(key, scene.environment.region)
    except InvalidInput as e:
        raise InvalidInput(f"{place[0]}: {place[1]}: {e.message}") from None
    return price, price, price


def _free(place: Place, free: Free) -> FreeResource:
    stack, address, type_ = place
    return FreeResource(stack=stack, address=address, type=type_, reason=free.reason)


def _unused(own: UsageFile, scene: Scene) -> Iterator[str]:
    """What the usage file names and these stacks do not have: it may be misspelt, and counts for nothing."""
    for kind in ("buckets", "logs"):
        there = sorted(name for k, name in scene.named if k == kind)
        for name in own.data.get(kind, {}):
            if name not in (*there, "default"):
                where = f"{own.file}:{own.line((kind, name))}"
                yield f"{where}: {kind}.{name}: nothing in these stacks is called so; there are {', '.join(there)}"


def _known_pools(own: UsageFile, environment: Environment) -> None:
    """Raise for usage of a pool that the environment does not have."""
    pools = sorted({**environment.cpu_pools, **environment.gpu_pools})
    for name in own.data.get("pools", {}):
        if name not in pools:
            where = f"{own.file}:{own.line(('pools', name))}"
            raise InvalidInput(f"{where}: pools.{name}: there is no such pool; there are {', '.join(pools)}")
