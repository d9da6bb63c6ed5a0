"""Rebuild a registered version from its lineage and compare what both predict."""

from __future__ import annotations

from dataclasses import dataclass

import groundway.lineage as lineages
from groundway import features, signing
from groundway import registry as registries
from groundway.errors import Refused
from groundway.lineage import Lineage
from groundway.pipeline.prepare import Report, prepare
from groundway.pipeline.train import fetch, fit, run_name, score
from groundway.pipeline.workload import Workload
from groundway.platform import Platform
from groundway.registry import ModelVersion, Registry


@dataclass(frozen=True)
class Reproduction:
    """`identical`: both gave the very same score, bit for bit, to each of the validation rows."""

    version: ModelVersion
    rows: int
    identical: bool
    largest_difference: float


def reproduce(
    workload: Workload, platform: Platform, registry: Registry, version: int | str, report: Report
) -> Reproduction:
    """Train again from the version's dataset, windows, parameters and seed, and compare on its validation rows.

    Raises `Refused`, before anything is trained, when the code or the packages here are not those of the lineage.
    """
    import numpy as np

    tags = platform.require(workload.tags(platform).using(run=run_name(workload.NAME)))  # who pays today
    registered = registries.show(registry, workload.NAME, version)
    lineage = registries.lineage(registry, registered)
    if differences := changed(lineage, workload):
        raise Refused(
            f"{workload.NAME}@{registered.version} was made from other sources: {'; '.join(differences)}. "
            + _where(lineage)
        )
    prepared = prepare(workload, platform, report, lineage.dataset_version)
    rows = {
        name: workload.frame(prepared.store, prepared.tables, window.start, window.end)
        for name, window in lineage.windows.items()
    }
    report(f"run {tags.run}: training again as {workload.NAME}@{registered.version} was")
    model_dir = fit(workload, rows, tags, lineage.parameters, lineage.seed, report)
    from groundway.serving.load import load

    again = score(load(model_dir, workload.NAME, "reproduced", ""), rows["validation"])
    before = score(fetch(registry, registered, signing.public(platform.environment, "models")), rows["validation"])
    return Reproduction(
        version=registered,
        rows=len(before),
        identical=bool(np.array_equal(again, before)),
        largest_difference=float(np.abs(again - before).max()),
    )


def _where(lineage: Lineage) -> str:
    """Where those sources are to be found."""
    if lineage.code.revision is None:
        return "They were in no git checkout, so no revision of them is known."
    uncommitted = ", and with changes that were not committed" if lineage.code.dirty else ""
    return f"Check out its revision{uncommitted}, and try again: git worktree add ../reproduce {lineage.code.revision}"


def changed(lineage: Lineage, workload: Workload) -> list[str]:
    """What of the lineage is not as it is here, in words."""
    import platform as machine

    here = {
        "training script": (lineage.script, lineages.sha256(workload.SCRIPT)),
        "requirements lock": (lineage.requirements, lineages.sha256(workload.REQUIREMENTS)),
        "feature definitions": (lineage.features, features.digest(workload.definitions())),
        "Python": (lineage.python, machine.python_version()),
    }
    return [f"{what} was {then[:12]}, is {now[:12]}" for what, (then, now) in here.items() if then != now]
