"""Where constructs stand: what their names begin with, and the ARNs of what stands there too."""

from dataclasses import dataclass
from typing import Self

from groundway.environment import Environment


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where a construct stands, and what its names begin with. `environment` is the name of the environment."""

    prefix: str
    environment: str
    account: str
    region: str
    partition: str = "aws"

    @classmethod
    def of(cls, environment: Environment) -> Self:
        return cls(
            prefix=environment.prefix,
            environment=environment.name,
            account=environment.account,
            region=environment.region,
            partition=environment.partition,
        )

    @property
    def project(self) -> str:
        """What the names of all environments of this project begin with."""
        return self.prefix.removesuffix(f"-{self.environment}")

    def arn(self, service: str, resource: str) -> str:
        """Of something in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def global_arn(self, service: str, resource: str) -> str:
        """Of something in this account that belongs to no region, as in IAM and Billing."""
        return f"arn:{self.partition}:{service}::{self.account}:{resource}"

    def bucket_arn(self, name: str) -> str:
        """Of a bucket, or of objects: `name/key`. Theirs name neither account nor region."""
        return f"arn:{self.partition}:s3:::{name}"
