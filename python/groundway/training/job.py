"""What is trained, and what comes back; the same for every target."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from groundway.tags import CostTags

Hyperparameter = str | int | float | bool


class TrainingJob(BaseModel):
    """A run of `script` with `--name value` arguments, reading `channels` and writing a model.

    `channels` maps a channel's name to a local directory or an `s3://bucket/prefix`. `tags.run` names the run; runs
    are kept apart by it. `environment` is added to the script's variables. `seed` arrives as `--seed`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    script: Path
    tags: CostTags
    channels: dict[str, str | Path]
    hyperparameters: dict[str, Hyperparameter] = Field(default_factory=dict)
    seed: int = 0
    environment: dict[str, str] = Field(default_factory=dict)

    def arguments(self) -> dict[str, str]:
        """Hyperparameters as SageMaker hands them over: strings, by name, the seed among them."""
        named = {**self.hyperparameters, "seed": self.seed}
        return {k: str(v) for k, v in sorted(named.items())}


class TrainingResult(BaseModel):
    """Where a finished job left what it wrote. Paths are local; `seconds` is wall time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    model_dir: Path
    output_dir: Path
    log: Path
    seconds: float


class Target(Protocol):
    """Somewhere a training job can run."""

    def run(self, job: TrainingJob) -> TrainingResult:
        """Run to the end. Raises `InvalidInput` before anything starts, `GroundwayError` when the script fails."""
        ...
