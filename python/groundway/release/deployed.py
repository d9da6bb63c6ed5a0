"""What really runs in an environment: the SSM parameter `/groundway/<env>/release`, which the runtime follows."""

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from groundway.errors import InvalidInput, Unavailable
from groundway.platform import client
from groundway.release.model import Release
from groundway.tags import CostTags


class Deployed(BaseModel):
    """A release, and since when it runs (UTC)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    release: Release
    since: AwareDatetime


def parameter_name(environment: str) -> str:
    return f"/groundway/{environment}/release"


def deployed(environment: str) -> Deployed | None:
    """What runs in `environment`; None where no release was deployed yet. Raises `Unavailable` when AWS is."""
    name = parameter_name(environment)
    try:
        text = _ssm("get_parameter", "ParameterNotFound", Name=name)
        return Deployed.model_validate_json(text["Parameter"]["Value"]) if text else None
    except ValidationError as e:
        raise InvalidInput(
            f"SSM parameter {name} does not fit this version of the runtime: {e.errors()[0]['msg']}. "
            "Use the revision that the environment was deployed with."
        ) from None


def record(release: Deployed, tags: CostTags) -> None:
    """Make it what the runtime follows. `tags`: the environment's."""
    name = parameter_name(release.release.environment)
    value = release.model_dump_json(exclude_none=True)
    # Over 4 KB a parameter must be of the advanced tier; this lets SSM choose.
    common = {"Name": name, "Value": value, "Type": "String", "Tier": "Intelligent-Tiering"}
    if deployed(release.release.environment) is None:
        _ssm("put_parameter", **common, Tags=tags.aws_list())
    else:
        _ssm("put_parameter", **common, Overwrite=True)


def _ssm(operation: str, *missing: str, **arguments: Any) -> dict[str, Any] | None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: dict[str, Any] = getattr(client("ssm"), operation)(**arguments)
        return answer
    except ClientError as e:
        if e.response["Error"]["Code"] in missing:
            return None
        raise Unavailable(f"SSM refused {operation} of {arguments['Name']}: {e}") from None
    except BotoCoreError as e:
        raise Unavailable(
            f"SSM cannot be asked for {arguments['Name']}: {e}. For the local cloud: groundway local up, then "
            'eval "$(groundway local env ENV)"; for AWS: set credentials and AWS_DEFAULT_REGION.'
        ) from None
