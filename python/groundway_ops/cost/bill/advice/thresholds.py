"""From where on something is worth a word. Every number that advice does not take from the bill or the price book."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    floor: Decimal = Decimal(5)
    """USD a month that a piece of advice must save."""
    production: frozenset[str] = frozenset({"prod"})
    """Environments whose work must not be interrupted, whose network must bear the loss of a zone."""

    few_requests: int = 10
    """Requests of a model on a day that are hardly any."""
    idle_days: Decimal = Decimal("0.5")
    """Share of its days on which an endpoint had few requests, from which on it counts as idle."""

    measured: Decimal = Decimal("0.8")
    """Share of a pool's hours that must have been measured before it is judged."""
    spare: Decimal = Decimal("0.25")
    """Share of a pool's node-hours that nothing needed, from which on the pool is oversized."""
    cpu_headroom: Decimal = Decimal("1.25")
    """What nodes without accelerators need over what pods ask for: system pods, gaps between pods."""
    shared_use: Decimal = Decimal("0.4")
    """Mean use of allocated GPUs, below which several pods fit on one."""
    full_use: Decimal = Decimal("0.8")
    """Use up to which shared GPUs are filled."""
    time_slices: int = 4
    """Pods on one GPU at most, taking turns; their memory is not apart."""

    interruptions: Decimal = Decimal("1.15")
    """Hours on spot for an hour on demand: interrupted work is done again from its last checkpoint."""
    block_days: int = 3
    """Days in a row of use around the clock, from which on a capacity block is worth planning."""
    block_hours: Decimal = Decimal(18)
    """Hours of a day that are around the clock."""

    infrequent_logs: Decimal = Decimal("0.5")
    """What writing to a log group of the infrequent access class costs beside the standard class: 0.25 and 0.50 USD
    a GB in us-east-1 (AWS Price List, DataProcessingIA-Bytes and DataProcessing-Bytes, read 2026-08-09)."""
    compressed: Decimal = Decimal("0.15")
    """What is left of a log after compression, as in prices/usage.yaml."""
    overdue: Decimal = Decimal("1.5")
    """How many times what retention allows a log group must hold before something is wrong with it."""
    retention_days: int = 30
    """How long logs are worth keeping outside production."""
    infrequent_objects: Decimal = Decimal("0.0125") / Decimal("0.023")
    """What S3 Standard-IA asks for a GB-month beside Standard, us-east-1 (Amazon S3 price page); reads cost extra."""
    growing: Decimal = Decimal("1.1")
    """How much more a bucket holds in the last month than in the first, to be called growing."""

    old_snapshot_days: int = 90
    """Age from which on a snapshot is worth a look."""
    idle_units: Decimal = Decimal("0.01")
    """Capacity units (LCU) an hour below which a load balancer has nobody to serve."""
