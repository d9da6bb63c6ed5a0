"""What a run through the life cycle leaves behind: typed, saved as JSON after every step, shown by the page."""

import os
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Step(_Part):
    """One step and how long it took, in seconds."""

    name: str
    seconds: float


class Deployment(_Part):
    """Resources in the Terraform states after the deploy, and what the destroy left."""

    environment: str
    cloud: str
    by_stack: dict[str, int] = {}
    by_type: dict[str, int] = {}
    destroyed: int | None = None

    @property
    def resources(self) -> int:
        return sum(self.by_stack.values())


class Dataset(_Part):
    name: str
    version: str
    rows: dict[str, int]


class Slice(_Part):
    """Metrics of the part of the rows where column `by` has `value`."""

    by: str
    value: str
    rows: int
    roc_auc: float | None = None


class Metrics(_Part):
    """Scores of a model on labelled rows. `calibration_error` is the expected calibration error (0 is perfect)."""

    rows: int
    roc_auc: float | None
    log_loss: float | None
    calibration_error: float | None
    positive_rate: float


class Version(_Part):
    """A registered model version. Months are `YYYY-MM`."""

    version: str
    digest: str
    trained_on: tuple[str, str]
    validated_on: tuple[str, str]
    metrics: Metrics
    passed: bool
    reasons: list[str]
    slices: list[Slice] = []
    champion: bool = False


class Drift(_Part):
    """Distance of a window's distribution from the reference: population stability index, Jensen-Shannon, KL (nats)."""

    psi: float
    js: float
    kl: float


class Month(_Part):
    """One month of replayed traffic: what served it, how well, how far its inputs had moved, what was decided."""

    month: str
    version: str
    metrics: Metrics
    score: Drift
    features: dict[str, Drift]
    reasons: list[str] = []
    retrained_as: str | None = None
    promoted: bool | None = None


class Reproduction(_Part):
    """A registered version rebuilt from its lineage."""

    version: str
    rows: int
    identical: bool
    digest: str


class Said(_Part):
    """What one gate of a promotion said."""

    gate: str
    passed: bool
    reason: str


class Happening(_Part):
    """An event of an environment's evidence. `gates` are those of a promotion that was asked for."""

    time: str
    environment: str
    kind: str
    release: str
    by: str
    reason: str
    gates: list[Said] = []

    @property
    def refused(self) -> list[Said]:
        return [said for said in self.gates if not said.passed]


class Table(_Part):
    """A report of the bill as people read it. `chart`: Vega-Lite; `name` is its place on the page."""

    name: str
    title: str
    columns: list[str]
    numeric: list[bool]
    rows: list[list[str]]
    total: list[str] = []
    notes: list[str] = []
    chart: dict[str, Any] | None = None


class Bill(_Part):
    """What a month did cost. `simulated`: nobody was billed for it. `page`: its whole report, beside the record's.

    `unusual`: the anomaly that cost most; empty if there was none.
    """

    period: str
    spent: str
    simulated: bool
    page: str
    unusual: str = ""
    tables: list[Table] = []


class Record(_Part):
    """The whole run. `fresh`: the local cloud held nothing before, so all of it goes afterwards."""

    started: str
    model: str
    deployment: Deployment | None = None
    dataset: Dataset | None = None
    versions: list[Version] = []
    months: list[Month] = []
    reproduction: Reproduction | None = None
    releases: list[Happening] = []
    bill: Bill | None = None
    tags: dict[str, str] = {}
    steps: list[Step] = []
    fresh: bool = False

    def save(self, path: Path) -> None:
        """Replace the file in one step, so that a crash leaves the old or the new one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        temporary.write_text(self.model_dump_json(indent=2))
        os.replace(temporary, path)

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls.model_validate_json(path.read_text())
