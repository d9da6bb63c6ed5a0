"""What keeps data: images, features, the model registry."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from groundway.environment.fields import Part

FeatureName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}$")]
Upstream = Literal["ecr-public", "kubernetes", "quay"]


class Images(Part):
    """Container images."""

    keep: Annotated[int, Field(ge=1, le=1000)] = 30
    """Images of each repository that are kept."""
    upstreams: tuple[Upstream, ...] = ()
    """Public registries that images are pulled through, and kept here from then on."""


class OnlineTable(Part):
    """Protection of the online feature table."""

    point_in_time_recovery: bool = True
    """The table can be brought back as of any second of the last 35 days."""
    deletion_protection: bool = False
    """The table refuses to be deleted."""


class FeatureGroup(Part):
    """A SageMaker feature group: the alternative to Feast, for features that SageMaker jobs share."""

    record: FeatureName
    """The feature that identifies a record."""
    event_time: FeatureName = "event_time"
    """The feature that says when a record was true."""
    features: Annotated[dict[FeatureName, Literal["string", "integral", "fractional"]], Field(min_length=1)]
    """Features and their types, without the two above."""
    online: bool = False
    """Keep the latest record of each for reads in milliseconds."""

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if twice := {self.record, self.event_time} & self.features.keys():
            raise ValueError(f"features names {', '.join(sorted(twice))}, which record or event_time names already")
        return self


class RegistryDatabase(Part):
    """The PostgreSQL database behind the MLflow registry."""

    instance_class: Annotated[str, Field(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$")] = "db.t4g.small"
    """Size of the database server."""
    storage_gb: Annotated[int, Field(ge=20, le=65536)] = 20
    """Size of its disk, GiB."""
    max_storage_gb: Annotated[int, Field(ge=22, le=65536)] = 100
    """Size that the disk may grow to by itself, GiB; at least a tenth more than storage_gb."""
    multi_az: bool = True
    """A standby in another zone takes over when the first fails."""
    backup_days: Annotated[int, Field(ge=1, le=35)] = 7
    """How long it can be brought back as of any second."""

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.max_storage_gb * 10 < self.storage_gb * 11:
            raise ValueError(
                f"max_storage_gb {self.max_storage_gb} is not a tenth more than storage_gb {self.storage_gb}"
            )
        return self
