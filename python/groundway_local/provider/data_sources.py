"""Data sources: for each a function of the session and the configuration that answers the computed attributes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from groundway_local.provider.session import Session
from groundway_local.provider.values import State


@dataclass(frozen=True)
class DataSource:
    """`read(session, config)`, and the arguments that it looks at; any other is refused at plan time."""

    read: Callable[[Session, State], State]
    takes: tuple[str, ...] = ()


def caller_identity(session: Session, _config: State) -> State:
    found = session.api("sts").call("get_caller_identity")
    return {
        "account_id": found["Account"],
        "id": found["Account"],
        "arn": found["Arn"],
        "user_id": found["UserId"],
    }


def region(session: Session, config: State) -> State:
    name = config.get("region") or config.get("name") or session.settings.region
    return {"id": name, "name": name, "region": name, "description": name, "endpoint": f"ec2.{name}.amazonaws.com"}


def partition(_session: Session, _config: State) -> State:
    return {"id": "aws", "partition": "aws", "dns_suffix": "amazonaws.com", "reverse_dns_prefix": "com.amazonaws"}


def availability_zones(session: Session, config: State) -> State:
    where = config.get("region") or session.settings.region
    filters = [{"Name": f["name"], "Values": f["values"]} for f in config.get("filter") or []]
    zones: list[dict[str, Any]] = session.api("ec2", where).call("describe_availability_zones", Filters=filters)[
        "AvailabilityZones"
    ]
    if config.get("state"):
        zones = [z for z in zones if z["State"] == config["state"]]
    zones = [
        z
        for z in zones
        if z["ZoneName"] not in (config.get("exclude_names") or [])
        and z["ZoneId"] not in (config.get("exclude_zone_ids") or [])
    ]
    return {
        "id": where,
        "region": where,
        "names": [z["ZoneName"] for z in zones],
        "zone_ids": [z["ZoneId"] for z in zones],
        "group_names": sorted({z.get("GroupName") or where for z in zones}),
    }


DATA_SOURCES: dict[str, DataSource] = {
    "aws_caller_identity": DataSource(caller_identity),
    "aws_region": DataSource(region, ("region", "name")),
    "aws_partition": DataSource(partition),
    "aws_availability_zones": DataSource(
        availability_zones, ("region", "state", "filter", "exclude_names", "exclude_zone_ids")
    ),
}
