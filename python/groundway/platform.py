"""`Platform`: the one contract between infrastructure and runtime.

The stacks publish it as JSON in the SSM parameter `/groundway/<environment>/platform`; the runtime loads it from there.
Both sides use this class, so neither can drift: an unknown or a missing field is an error on either side.
"""

import os
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer, ValidationError

from groundway.errors import GroundwayError, InvalidInput, Unavailable
from groundway.tags import CostTags, Teams


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Bucket(_Record):
    name: str
    key_arn: str


class Network(_Record):
    vpc_id: str
    private_subnet_ids: tuple[str, ...]
    workload_security_group_id: str


class Karpenter(_Record):
    """What Karpenter's node classes name. Its nodes must carry the cost tags.

    They live in the subnets and wear the groups that are tagged `discovery_tag` = the cluster's name; those with EFA
    wear `efa_security_group_id` as well. `pools` are those of the environment's GPU pools that Karpenter scales.
    """

    node_role_name: str
    instance_profile: str
    queue: str
    discovery_tag: str
    efa_security_group_id: str | None = None
    pools: tuple[str, ...] = ()


class Cluster(_Record):
    """`karpenter` is None where the environment leaves it out."""

    name: str
    arn: str
    gpu_pools: tuple[str, ...]
    karpenter: Karpenter | None = None


class FeatureStore(_Record):
    """Offline Parquet and the Feast registry in `bucket`; online values in one DynamoDB table, hash key `entity_id`.

    `workgroup`: Athena's, for SQL over the offline tables of `glue_database`. `groups`: SageMaker feature groups.
    """

    bucket: Bucket
    online_table: str
    glue_database: str
    workgroup: str | None = None
    groups: tuple[str, ...] = ()


class Registry(_Record):
    """The PostgreSQL database behind MLflow, TLS only; with `iam_auth`, a role logs in with a token, not a password."""

    host: str
    port: int = 5432
    database: str = "mlflow"
    iam_auth: bool = True


class Images(_Record):
    """ECR repository URLs, without a tag. Images are signed with the profile of AWS Signer, if there is one."""

    training: str
    serving: str
    signing_profile_arn: str | None = None


class Roles(_Record):
    """ARNs of the roles that jobs and servers run under; None in records from before there was such a role."""

    training: str
    serving: str
    pipelines: str | None = None
    monitoring: str | None = None


def _briefly(teams: Teams | None) -> Any:
    """Without what has a default: a parameter takes 4096 characters."""
    return teams and teams.model_dump(by_alias=True, exclude_defaults=True)


class Platform(_Record):
    """What a workload needs to know of the environment it runs in. `teams`: who may pay in it; None, if nobody said."""

    version: Literal[1] = 1
    environment: str
    account: str
    region: str
    tags: CostTags
    network: Network
    cluster: Cluster
    data: Bucket
    models: Bucket
    features: FeatureStore
    images: Images
    roles: Roles
    alerts_topic_arn: str
    checkpoints: Bucket | None = None
    registry: Registry | None = None
    teams: Annotated[Teams | None, PlainSerializer(_briefly)] = None

    def require(self, tags: CostTags) -> CostTags:
        """`tags`, if they are of this environment and of a team that may pay in it. Raises `InvalidInput` else.

        Whatever makes things in AWS or starts a run asks this first.
        """
        if self.teams is None:
            return tags
        if tags.environment != self.environment:
            raise InvalidInput(
                f"cost tag environment: {tags.environment!r} is not {self.environment!r}, where this runs"
            )
        return self.teams.require(tags)


def parameter_name(environment: str) -> str:
    return f"/groundway/{environment}/platform"


def named(environment: str | None = None) -> str:
    """The environment that is meant: the given one, else `GROUNDWAY_ENVIRONMENT`, else `dev`."""
    return environment or os.environ.get("GROUNDWAY_ENVIRONMENT") or "dev"


def parse(text: str, source: str) -> Platform:
    """The record in `text`; `source` names it in the error when stack and runtime do not fit each other."""
    try:
        return Platform.model_validate_json(text)
    except ValidationError as e:
        what = "; ".join(f"{'.'.join(map(str, p['loc'])) or 'record'}: {p['msg']}" for p in e.errors())
        raise InvalidInput(
            f"{source} does not fit this version of the runtime: {what}. "
            "Deploy the stacks of this revision, or use the runtime that the environment was deployed with."
        ) from None


def load(environment: str | None = None) -> Platform:
    """Read the record of `environment` (default: `GROUNDWAY_ENVIRONMENT`, else `dev`) from SSM.

    Uses the ordinary AWS settings (`AWS_ENDPOINT_URL`, `AWS_REGION`, credentials). Raises `Unavailable` when AWS or the
    parameter cannot be reached, `InvalidInput` when it does not fit.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    environment = named(environment)
    name = parameter_name(environment)
    try:
        ssm = client("ssm")
        text = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    except ClientError as e:
        if e.response["Error"]["Code"] == "ParameterNotFound":
            raise Unavailable(f"SSM has no parameter {name}. Deploy first: cdktf deploy '{environment}-*'") from None
        raise Unavailable(f"SSM refused to read {name}: {e}") from None
    except BotoCoreError as e:
        raise Unavailable(
            f"cannot read {name} from SSM: {e}. For the local cloud: groundway local up, then "
            f'eval "$(groundway local env {environment})"; for AWS: set credentials and AWS_DEFAULT_REGION.'
        ) from None
    platform = parse(text, f"SSM parameter {name}")
    if platform.environment != environment:
        raise GroundwayError(
            f"SSM parameter {name} describes environment {platform.environment!r}, not {environment!r}"
        )
    return platform


def client(service: str, region: str | None = None) -> Any:
    """A boto3 client with this project's retry settings."""
    import boto3
    from botocore.config import Config

    return boto3.client(service, region_name=region, config=Config(retries={"mode": "standard", "max_attempts": 4}))
