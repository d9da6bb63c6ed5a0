"""What is watched and kept as evidence: logs, alerts, metrics, audit."""

from typing import Annotated, Literal

from pydantic import Field

from groundway.environment.fields import Email, Part, RetentionDays


class Logs(Part):
    """Log groups of the platform."""

    retention_days: RetentionDays = 30
    """How long logs are kept; one of the periods that CloudWatch Logs accepts."""


class Alerts(Part):
    """Who is told when something is wrong."""

    emails: Annotated[tuple[Email, ...], Field(min_length=1)]
    """Addresses; each must confirm the mail that AWS sends first."""
    pages: tuple[Email, ...] = ()
    """Addresses that wake somebody when the platform is down; empty sends that to `emails` too."""


class Metrics(Part):
    """Prometheus and Grafana, managed by AWS."""

    retention_days: Annotated[int, Field(ge=1, le=1095)] = 150
    """How long Prometheus keeps metrics."""
    grafana: bool = False
    """A Grafana workspace with single sign-on; needs IAM Identity Center in the organization, billed by user."""


class Audit(Part):
    """Who did what, and whether it was tampered with. Some of it exists once in an account."""

    account_wide: bool = True
    """Make what an account has once: GuardDuty, Access Analyzer, encryption and public-access defaults. False in a
    second environment of the same account."""
    evidence_days: Annotated[int, Field(ge=1, le=3653)] = 365
    """How long trail and evidence cannot be deleted by anybody (Object Lock)."""
    evidence_mode: Literal["GOVERNANCE", "COMPLIANCE"] = "GOVERNANCE"
    """GOVERNANCE: one special permission overrides the lock. COMPLIANCE: nobody can, not even the account's root."""
