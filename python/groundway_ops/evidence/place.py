"""Where the evidence of an environment lies."""

from __future__ import annotations

from dataclasses import dataclass

from groundway.environment import Environment
from groundway.errors import Unavailable
from groundway.platform import Platform

PREFIX = "evidence/"


class NoEvidence(Unavailable):
    """The environment keeps none yet: it has no signing key, or no bucket."""


@dataclass(frozen=True)
class Place:
    """`account` owns the bucket."""

    environment: str
    account: str
    region: str
    bucket: str

    @property
    def origin(self) -> str:
        """What signatures name, so that what was signed for one log is nothing worth in another."""
        return f"{self.environment}/{self.bucket}"

    @classmethod
    def of(cls, environment: Environment) -> Place:
        return cls(environment.name, environment.account, environment.region, environment.bucket_name("evidence"))

    @classmethod
    def on(cls, platform: Platform) -> Place:
        """The same, told by a deployed platform: where there is no checkout with environments."""
        bucket = f"{platform.tags.project}-{platform.environment}-{platform.account}-evidence"
        return cls(platform.environment, platform.account, platform.region, bucket)
