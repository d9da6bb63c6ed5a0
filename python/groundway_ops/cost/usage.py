"""How much of what is billed by use: `environments/<env>/usage.yaml` over the defaults in `prices/usage.yaml`."""

from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from groundway.environment import document
from groundway.environment.document import Document
from groundway.errors import InvalidInput
from groundway_ops.cost.amounts import Range
from groundway_ops.cost.price_book import FOLDER

FILE = "usage.yaml"


def _possible(value: Range) -> Range:
    if value.low < 0:
        raise ValueError(f"{value.low} is less than nothing")
    return value


Quantity = Annotated[Range, AfterValidator(_possible)]
Share = Annotated[Decimal, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class PoolUsage(_Part):
    """A node pool that is not busy all month."""

    node_hours: Annotated[Decimal, Field(ge=0)]
    """Hours that its nodes are expected to run, all nodes together."""


class NetworkUsage(_Part):
    """Traffic of the environment in a month."""

    nat_gb: Quantity
    """GB through all NAT gateways."""
    endpoint_gb: Quantity
    """GB through all interface endpoints."""
    internet_gb: Quantity
    """GB out to the internet."""
    zone_gb: Quantity
    """GB between availability zones; billed on the way out and on the way in."""


class BucketUsage(_Part):
    """A bucket, known by the last part of its name; `default` is for those that are not named."""

    gb: Quantity
    """GB stored."""
    thousand_puts: Quantity
    """Thousands of writes and lists."""
    thousand_gets: Quantity
    """Thousands of reads."""


class ImageUsage(_Part):
    """Container images."""

    repository_gb: Quantity
    """GB in each repository."""
    cache_gb: Quantity
    """GB kept of each upstream registry."""
    pushed: Quantity
    """Images pushed or pulled through for the first time."""
    rescanned: Quantity
    """Times that an image is scanned again because new flaws became known."""


class DatabaseUsage(_Part):
    """The model registry's database."""

    extra_backup_gb: Quantity
    """GB of backups beyond the size of the database, which is free."""
    monitoring_gb: Quantity
    """GB of logs that enhanced monitoring writes."""


class FeatureUsage(_Part):
    """The online feature table, and each feature group that is online."""

    million_writes: Quantity
    """Millions of write units."""
    million_reads: Quantity
    """Millions of read units."""
    stored_gb: Quantity
    """GB stored."""
    queried_tb: Quantity
    """TB scanned by queries of the offline store."""


class MetricUsage(_Part):
    """Prometheus, Grafana and CloudWatch metrics."""

    active_series: Quantity
    """Series that Prometheus collects, each twice a minute."""
    billion_queried: Quantity
    """Billions of samples that queries and rules read."""
    custom_metrics: Quantity
    """CloudWatch metrics that workloads publish."""
    million_observations_a_node: Quantity
    """Millions of observations that Container Insights makes of a node that runs all month, its pods included."""
    grafana_editors: Quantity
    """People who edit dashboards."""
    grafana_viewers: Quantity
    """People who look at dashboards."""


class SecurityUsage(_Part):
    """What trail, GuardDuty and keys are billed by."""

    million_management_events: Quantity
    """Millions of management calls that GuardDuty reads."""
    million_data_events: Quantity
    """Millions of object reads and writes that the trail records and GuardDuty reads."""
    million_audit_events: Quantity
    """Millions of Kubernetes audit events that GuardDuty reads."""
    analyzed_log_gb: Quantity
    """GB of flow and DNS logs that GuardDuty reads."""
    scanned_disk_gb: Quantity
    """GB of disks that GuardDuty scans after a finding."""
    ten_thousand_key_requests: Quantity
    """Tens of thousands of requests to each key."""


class MessageUsage(_Part):
    """Topics and queues."""

    million_sent: Quantity
    """Millions of messages to each topic."""
    million_queued: Quantity
    """Millions of requests to each queue."""
    mails: Quantity
    """Mails from each mail subscription."""


class EndpointUsage(_Part):
    """A SageMaker endpoint."""

    instance_type: Annotated[str, Field(pattern=r"^ml\.")]
    """Its instance type, such as ml.m5.large."""
    instances: Quantity
    """Instances that serve it; a range if it scales by itself."""


class WorkloadUsage(_Part):
    """What runs on the platform without being one of its resources."""

    job_hours: dict[Annotated[str, Field(pattern=r"^ml\.")], Quantity]
    """Hours of SageMaker training and processing jobs, by instance type."""
    endpoints: dict[str, EndpointUsage]
    """SageMaker endpoints, by name."""
    sagemaker_disk_gb: Quantity
    """GB of disks that jobs and endpoints have all month."""
    cluster_disk_gb: Quantity
    """GB of volumes that pods claim."""
    load_balancers: Quantity
    """Load balancers that services in the cluster ask for."""
    load_balancer_units: Quantity
    """Capacity units (LCU) that each of them uses on average."""


class Usage(_Part):
    """How much an environment uses in a month of what is billed by use."""

    idle_pool_share: Share
    """Part of its ceiling (`max` nodes all month) that a pool which scales to zero is expected to run, if it is not
    in `pools`."""
    pools: dict[str, PoolUsage]
    """Node pools, by name."""
    network: NetworkUsage
    """Traffic."""
    buckets: dict[str, BucketUsage]
    """Buckets, by the last part of their name."""
    images: ImageUsage
    """Container images."""
    database: DatabaseUsage
    """The registry's database."""
    features: FeatureUsage
    """Feature stores."""
    logs: dict[str, Quantity]
    """GB written to each log group, by the last part of its name."""
    logs_stored_share: Share
    """What is left of a log after compression, which is what its storage is billed by."""
    metrics: MetricUsage
    """Metrics."""
    security: SecurityUsage
    """Audit and threat detection."""
    messages: MessageUsage
    """Topics and queues."""
    workloads: WorkloadUsage
    """Jobs, endpoints and what services in the cluster ask for."""


def load(environment: str, root: Path) -> tuple[Usage, Document]:
    """The usage of an environment, and its own file as far as there is one.

    Raises `InvalidInput` with file, line and key for everything in it that is wrong.
    """
    file = root / "environments" / environment / FILE
    own = document.read(file) if file.exists() else Document(file, {})
    if not isinstance(own.data, dict):
        raise InvalidInput(f"{file}: must be keys and values, such as logs_stored_share: 0.15")
    try:
        return Usage.model_validate(_over(_defaults(), own.data)), own
    except ValidationError as e:
        raise InvalidInput("\n".join(dict.fromkeys(_explained(own, dict(p)) for p in e.errors()))) from None


@cache
def _defaults() -> dict[str, Any]:
    return dict(document.read(FOLDER / FILE).data)


def _over(default: Any, own: Any) -> Any:
    """`own` where it says something, else the default. A range is one value, and replaced whole."""
    if not isinstance(default, dict) or not isinstance(own, dict) or "expected" in default.keys() | own.keys():
        return own
    named = own.keys() - default.keys()
    base = {**default, **dict.fromkeys(named, default["default"])} if "default" in default else default
    return {**base, **{key: _over(base[key], value) if key in base else value for key, value in own.items()}}


def _explained(own: Document, problem: dict[str, Any]) -> str:
    path = problem["loc"]
    key = ".".join(map(str, path))
    where = f"{own.file}:{own.line(path)}: {key}"
    if problem["type"] == "extra_forbidden":
        valid = _keys(path[:-1])
        near = get_close_matches(str(path[-1]), valid, n=1, cutoff=0.5)
        meant = f"did you mean {near[0]}? " if near else ""
        return f"{where}: unknown key; {meant}There are: {', '.join(valid)}"
    if problem["type"] == "missing":
        return f"{where}: this key is missing; add it"
    return f"{where}: {problem['input']!r}: {problem['msg'].removeprefix('Value error, ')}"


def _keys(path: tuple[str | int, ...]) -> list[str]:
    """The keys that there are at `path`."""
    kind: Any = Usage
    for part in path:
        kind = kind.model_fields[part].annotation if _is_model(kind) else get_args(kind)[-1]
        kind = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return list(kind.model_fields) if _is_model(kind) else []


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
