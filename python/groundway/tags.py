"""The cost tags: one type for AWS tags, Kubernetes labels and MLflow tags, and which values of them are allowed."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, RootModel, StringConstraints

from groundway.errors import InvalidInput

# The intersection of what AWS tags, Kubernetes labels and billing exports accept, so that one value serves everywhere.
TagValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")]

LABEL_PREFIX = "groundway.dev/"
SHARED = "shared"  # as `environment`: what several environments of an account have together
DEFAULT = "default"  # as an environment: all that are not named


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


class Wrong(NamedTuple):
    """A tag whose value is not allowed. `allowed`: those that are."""

    key: str
    value: str
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        near = get_close_matches(self.value, self.allowed, 1)
        meant = f"did you mean {near[0]!r}? " if near and len(self.allowed) > 1 else ""
        return f"{self.key}: {self.value!r} is not allowed; {meant}allowed: {', '.join(self.allowed) or 'none'}"


def _by_environment(value: Any) -> Any:
    return {DEFAULT: value} if isinstance(value, str) else value


def _shortest(value: Mapping[str, str]) -> Mapping[str, str] | str:
    return value[DEFAULT] if value.keys() == {DEFAULT} else value


class Team(BaseModel):
    """What may stand beside a team in the cost tags."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True)

    cost_center: Annotated[
        dict[TagValue, TagValue],
        Field(alias="cost-center", min_length=1),
        BeforeValidator(_by_environment),
        PlainSerializer(_shortest),
    ]
    """Its cost center; or one for each environment, of which `default` is for those that are not named. In an
    environment for which there is none, the team cannot pay."""
    projects: Annotated[tuple[TagValue, ...], Field(min_length=1)]
    """Its undertakings; the first for what belongs to no other."""
    owners: tuple[TagValue, ...] = ()
    """Whom one may ask, the first in general; the team itself, if nobody is named."""

    def cost_centers(self, environment: str) -> tuple[str, ...]:
        """Those that may pay in `environment`; any may for what environments share."""
        if environment == SHARED:
            return tuple(dict.fromkeys(self.cost_center.values()))
        found = self.cost_center.get(environment, self.cost_center.get(DEFAULT))
        return (found,) if found else ()


class Teams(RootModel[Annotated[dict[TagValue, Team], Field(min_length=1)]]):
    """The teams there are, and thereby the allowed values of team, project, cost-center and owner."""

    model_config = ConfigDict(frozen=True)

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        return iter(self.root)

    def allowed(self, team: str, environment: str) -> dict[str, tuple[str, ...]]:
        """By key, what may stand beside `team` in `environment`. Raises `KeyError` for a team that there is not."""
        one = self.root[team]
        return {
            "project": one.projects,
            "cost-center": one.cost_centers(environment),
            "owner": one.owners or (team,),
        }

    def wrong(self, tags: CostTags) -> list[Wrong]:
        """The tags that are not allowed, in the order of `KEYS`; model and run are named by those who train."""
        if tags.team not in self.root:
            return [Wrong("team", tags.team, tuple(self.root))]
        said = tags.aws()
        return [
            Wrong(key, said[key], values)
            for key, values in self.allowed(tags.team, tags.environment).items()
            if said[key] not in values
        ]

    def require(self, tags: CostTags) -> CostTags:
        """`tags`. Raises `InvalidInput` that says which are not allowed, and where it would be said that they are."""
        if wrong := self.wrong(tags):
            told = "\n".join(f"cost tag {one}" for one in wrong)
            raise InvalidInput(
                f"{told}\nOf team {tags.team!r} in {tags.environment}: mend the tags, or environments/teams.yaml "
                "and deploy again."
            )
        return tags

    def standing(self, team: str, environment: str) -> CostTags:
        """The tags of what belongs to a team as a whole. Raises `InvalidInput` if it cannot pay in `environment`."""
        allowed = self.allowed(team, environment)
        if empty := [key for key, values in allowed.items() if not values]:
            raise InvalidInput(f"environments/teams.yaml: {team}: no {empty[0]} in {environment}; name one")
        first = {key: values[0] for key, values in allowed.items()}
        return CostTags.model_validate({"team": team, "environment": environment, **first})

    def within(self, environment: str) -> Self:
        """Those that can pay in `environment`, and with what there."""
        here = {name: team.cost_centers(environment) for name, team in self.root.items()}
        return type(self)(
            {
                name: team.model_copy(update={"cost_center": {DEFAULT: here[name][0]}})
                for name, team in self.root.items()
                if here[name]
            }
        )
