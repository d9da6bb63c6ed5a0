"""Where the evidence of an environment lies."""

from __future__ import annotations

from dataclasses import dataclass

from groundway.environment import Environment
from groundway.errors import Unavailable
from groundway.platform import Platform
from groundway_ops.evidence.retention import Retention

PREFIX = "evidence/"
DENIED = ("AccessDenied", "AccessDeniedException", "403")


class NoEvidence(Unavailable):
    """The environment keeps none yet: it has no signing key, or no bucket."""


class Forbidden(Unavailable):
    """Whoever acts may not read the bucket or the key: their role leaves no evidence."""


@dataclass(frozen=True)
class Place:
    """`account` owns the bucket. `retention`: how it must lock what is written, where that is known."""

    environment: str
    account: str
    region: str
    bucket: str
    retention: Retention | None = None

    @property
    def origin(self) -> str:
        """What signatures name, so that what was signed for one log is nothing worth in another."""
        return f"{self.environment}/{self.bucket}"

    @classmethod
    def of(cls, environment: Environment) -> Place:
        retention = Retention(mode=environment.audit.evidence_mode, days=environment.audit.evidence_days)
        bucket = environment.bucket_name("evidence")
        return cls(environment.name, environment.account, environment.region, bucket, retention)

    @classmethod
    def on(cls, platform: Platform) -> Place:
        """The same, told by a deployed platform: where there is no checkout with environments."""
        bucket = f"{platform.tags.project}-{platform.environment}-{platform.account}-evidence"
        return cls(platform.environment, platform.account, platform.region, bucket)
