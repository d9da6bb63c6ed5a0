"""EC2: capacity reservations and placement groups, which moto does not have."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.responses import EC2Response
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, EC2_RESOURCE_TO_PREFIX
from moto.moto_api._internal import mock_random

RESERVATION = (
    "InstanceType",
    "InstancePlatform",
    "AvailabilityZone",
    "Tenancy",
    "EbsOptimized",
    "EphemeralStorage",
    "EndDate",
    "EndDateType",
    "InstanceMatchCriteria",
    "OutpostArn",
    "PlacementGroupArn",
)
PREFIXES = {"capacity-reservation": "cr", "placement-group": "pg"}
CHANGED = ("EndDate", "EndDateType", "InstanceMatchCriteria")


class Described(TaggedEC2Resource):  # type: ignore[misc]  # moto carries no types
    """An object whose description is a dictionary of the API's own members."""

    def __init__(self, backend: Any, id: str, details: dict[str, Any], tags: dict[str, str]) -> None:
        self.ec2_backend, self.id, self.details = backend, id, details
        self.add_tags(tags)

    def described(self) -> dict[str, Any]:
        return {**self.details, "Tags": [{"Key": t["key"], "Value": t["value"]} for t in self.get_tags()]}


class CapacityReservation(Described):
    """Instances of one type set aside in one zone."""


class PlacementGroup(Described):
    """Instances near to each other, or apart. `id` is that of the group; it is found by its name."""


def _held(response: EC2Response, name: str) -> dict[str, Any]:
    """A container on the backend, where a snapshot keeps it."""
    found: dict[str, Any] = vars(response.ec2_backend).setdefault(name, {})
    return found


def _arn(response: EC2Response, kind: str, name: str) -> str:
    return f"arn:{response.partition}:ec2:{response.region}:{response.current_account}:{kind}/{name}"


def _new_id(prefix: str) -> str:
    return f"{prefix}-{mock_random.get_random_hex(17)}"


# Capacity reservations -----------------------------------------------------------------------------------------------
def create_capacity_reservation(self: EC2Response) -> ActionResult:
    given = {name: self._get_param(name) for name in RESERVATION}
    given = {name: value for name, value in given.items() if value is not None}
    _check(self, given)
    id, count = _new_id("cr"), self._get_int_param("InstanceCount")
    details = {
        "Tenancy": "default",
        "EbsOptimized": False,
        "EphemeralStorage": False,
        "EndDateType": "unlimited",
        "InstanceMatchCriteria": "open",
        **given,
        "CapacityReservationId": id,
        "CapacityReservationArn": _arn(self, "capacity-reservation", id),
        "OwnerId": self.current_account,
        "TotalInstanceCount": count,
        "AvailableInstanceCount": count,
        "State": "active",
        "ReservationType": "default",
        "CreateDate": utcnow(),
        "StartDate": utcnow(),
    }
    tags = self._parse_tag_specification().get("capacity-reservation", {})
    reservation = CapacityReservation(self.ec2_backend, id, details, tags)
    _held(self, "capacity_reservations")[id] = reservation
    return ActionResult({"CapacityReservation": reservation.described()})


def _check(response: EC2Response, given: dict[str, Any]) -> None:
    """What AWS looks up before it reserves."""
    zones = [z.name for z in response.ec2_backend.describe_availability_zones()]
    if given.get("AvailabilityZone") not in zones:
        raise EC2ClientError("InvalidParameterValue", f"Invalid availability zone: [{given.get('AvailabilityZone')}]")
    if given["InstanceType"] not in INSTANCE_TYPES:
        raise EC2ClientError("InvalidParameterValue", f"Invalid instance type: [{given['InstanceType']}]")
    groups = [g.details["GroupArn"] for g in _held(response, "placement_groups").values()]
    if given.get("PlacementGroupArn", groups) not in [*groups, groups]:
        unknown = f"The placement group '{given['PlacementGroupArn']}' is unknown."
        raise EC2ClientError("InvalidPlacementGroup.Unknown", unknown)


def _reservation(response: EC2Response, id: str) -> CapacityReservation:
    found = _held(response, "capacity_reservations").get(id)
    if found is None:
        text = f"The capacity reservation '{id}' does not exist"
        raise EC2ClientError("InvalidCapacityReservationId.NotFound", text)
    assert isinstance(found, CapacityReservation)
    return found


def describe_capacity_reservations(self: EC2Response) -> ActionResult:
    ids = self._get_param("CapacityReservationIds") or list(_held(self, "capacity_reservations"))
    return ActionResult({"CapacityReservations": [_reservation(self, id).described() for id in ids]})


def modify_capacity_reservation(self: EC2Response) -> ActionResult:
    details = _reservation(self, self._get_param("CapacityReservationId")).details
    details |= {n: self._get_param(n) for n in CHANGED if self._get_param(n) is not None}
    if details["EndDateType"] == "unlimited":
        details.pop("EndDate", None)
    if count := self._get_int_param("InstanceCount"):
        details |= {"TotalInstanceCount": count, "AvailableInstanceCount": count}
    return ActionResult({"Return": True})


def cancel_capacity_reservation(self: EC2Response) -> ActionResult:
    id = self._get_param("CapacityReservationId")
    _reservation(self, id)
    del _held(self, "capacity_reservations")[id]
    self.ec2_backend.tags.pop(id, None)
    return ActionResult({"Return": True})


# Placement groups ----------------------------------------------------------------------------------------------------
def create_placement_group(self: EC2Response) -> ActionResult:
    name, groups = self._get_param("GroupName"), _held(self, "placement_groups")
    if name in groups:
        raise EC2ClientError("InvalidPlacementGroup.Duplicate", f"The Placement Group '{name}' already exists.")
    id, strategy = _new_id("pg"), self._get_param("Strategy") or "cluster"
    details = {
        "GroupName": name,
        "GroupId": id,
        "GroupArn": _arn(self, "placement-group", name),
        "State": "available",
        "Strategy": strategy,
    }
    if strategy == "partition":
        details["PartitionCount"] = self._get_int_param("PartitionCount") or 2
    if strategy == "spread":
        details["SpreadLevel"] = self._get_param("SpreadLevel") or "rack"
    tags = self._parse_tag_specification().get("placement-group", {})
    groups[name] = PlacementGroup(self.ec2_backend, id, details, tags)
    return ActionResult({"PlacementGroup": groups[name].described()})


def describe_placement_groups(self: EC2Response) -> ActionResult:
    groups = _held(self, "placement_groups")
    names = self._get_param("GroupNames") or list(groups)
    for name in names:
        _group(self, name)
    wanted, ids = self._filters_from_querystring(), self._get_param("GroupIds")
    found = [
        groups[name].described()
        for name in names
        if (not ids or groups[name].id in ids) and name in wanted.get("group-name", [name])
    ]
    return ActionResult({"PlacementGroups": found})


def _group(response: EC2Response, name: str) -> PlacementGroup:
    found = _held(response, "placement_groups").get(name)
    if found is None:
        raise EC2ClientError("InvalidPlacementGroup.Unknown", f"The Placement Group '{name}' is unknown.")
    assert isinstance(found, PlacementGroup)
    return found


def delete_placement_group(self: EC2Response) -> ActionResult:
    group = _group(self, self._get_param("GroupName"))
    reserved = [r.details.get("PlacementGroupArn") for r in _held(self, "capacity_reservations").values()]
    if group.details["GroupArn"] in reserved:
        text = f"The placement group '{group.details['GroupName']}' is in use and may not be deleted."
        raise EC2ClientError("InvalidPlacementGroup.InUse", text)
    del _held(self, "placement_groups")[group.details["GroupName"]]
    self.ec2_backend.tags.pop(group.id, None)
    return ActionResult({})


def apply() -> None:
    EC2_RESOURCE_TO_PREFIX.update(PREFIXES)
    EC2_PREFIX_TO_RESOURCE.update({prefix: kind for kind, prefix in PREFIXES.items()})
    for function in (
        create_capacity_reservation,
        describe_capacity_reservations,
        modify_capacity_reservation,
        cancel_capacity_reservation,
        create_placement_group,
        describe_placement_groups,
        delete_placement_group,
    ):
        setattr(EC2Response, function.__name__, function)
