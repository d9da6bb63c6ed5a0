"""The cost tags: one type for AWS tags, Kubernetes labels and MLflow tags."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

# The intersection of what AWS tags, Kubernetes labels and billing exports accept, so that one value serves everywhere.
TagValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")]

LABEL_PREFIX = "groundway.dev/"


class CostTags(BaseModel):
    """Who pays for a thing, and what it is for. Carried by every AWS object, Kubernetes object and MLflow run.

    `model` is `shared` and `run` is `standing` for what belongs to no single model or run: the platform itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    team: TagValue
    project: TagValue
    model: TagValue = "shared"
    environment: TagValue
    cost_center: TagValue = Field(alias="cost-center")
    owner: TagValue
    run: TagValue = "standing"

    def aws(self) -> dict[str, str]:
        """Tag key -> value, keys as they appear on the bill (`cost-center`, not `cost_center`)."""
        return self.model_dump(by_alias=True)

    def aws_list(self, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
        """The `[{"Key": ..., "Value": ...}]` form that most AWS APIs take; some spell the members differently."""
        return [{key: k, value: v} for k, v in self.aws().items()]

    def labels(self) -> dict[str, str]:
        """Kubernetes labels, under our own prefix."""
        return {LABEL_PREFIX + k: v for k, v in self.aws().items()}

    def using(self, **changes: str) -> "CostTags":
        """A copy with some tags changed, validated: `tags.using(model="flights-delay", run=run_id)`."""
        return CostTags.model_validate({**self.model_dump(), **changes})


KEYS = tuple(CostTags(team="x", project="x", environment="x", cost_center="x", owner="x").aws())
