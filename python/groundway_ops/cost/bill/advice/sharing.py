"""GPU pools whose pods could share GPUs: allocated, working, but little."""

from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from types import SimpleNamespace

from groundway.environment import GpuPool
from groundway.environment.accelerators import ACCELERATORS
from groundway_ops.cost.bill.advice import measured
from groundway_ops.cost.bill.advice.record import Advice
from groundway_ops.cost.bill.advice.scene import Scene, file

KIND = "shared GPUs"
NEEDS = ("gpus",)
SLICES = 7  # MIG instances of one GPU at most


def advise(scene: Scene) -> Iterator[Advice]:
    """Only what stands (servers, notebooks) shares; a training run keeps its GPUs to itself."""
    for pool in measured.pools(scene):
        told = [(key, gpus) for key, gpus in scene.pools(pool.environment, pool.type) if isinstance(gpus, GpuPool)]
        accelerator = ACCELERATORS[pool.type]
        if accelerator.vendor != "nvidia" or any(gpus.sharing for _, gpus in told):
            continue
        use = _use(scene, pool)
        if use is None or use >= scene.thresholds.shared_use:
            continue
        pods = _pods(scene, use, SLICES if accelerator.mig else scene.thresholds.time_slices)
        spare = measured.spare(scene, pool, "(sum(allocated - standing) + sum(standing) / ?)", pods)
        if not spare.enough:
            continue
        key = f"{told[0][0] if told else 'gpu_pools.<pool>'}.sharing"
        yield Advice(
            kind=KIND,
            what=pool.what,
            team=pool.teams,
            environment=pool.environment,
            saving=spare.saving,
            arithmetic=spare.arithmetic,
            sure="low",
            how=f"{file(pool.environment)}: {key}: {_way(accelerator.mig, pods)}",
            rests_on=(
                f"servers and notebooks used {use:.0%} of the GPUs that they had: {pods} of them fit on one. Nobody "
                "measured their memory: all of them must fit in it"
            ),
            lines=frozenset(pool.lines),
        )


def _use(scene: Scene, pool: SimpleNamespace) -> Decimal | None:
    """The useful share of the GPU-hours of what stands; what nobody measured counts as used."""
    found = scene.ask(
        "SELECT sum(standing) AS had, sum(standing_useful) AS used FROM gpu_hours "
        "WHERE (environment, region, type, bought) IS NOT DISTINCT FROM (?, ?, ?, ?)",
        pool.environment,
        pool.region,
        pool.type,
        pool.bought,
    )[0]
    return Decimal(str(round((found.used or 0) / found.had, 6))) if found.had else None


def _pods(scene: Scene, use: Decimal, most: int) -> int:
    fit = most if not use else int((scene.thresholds.full_use / use).to_integral_value(ROUND_FLOOR))
    return max(2, min(most, fit))


def _way(mig: bool, pods: int) -> str:
    return f"{{mig: ...}}, a profile of which {pods} fit on a GPU" if mig else f"{{time_slices: {pods}}}"
