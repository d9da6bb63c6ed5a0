"""Capacity set aside, and how instances stand to each other."""

from __future__ import annotations

from groundway_local.provider.spec import Op, Spec, Tagging, Via
from groundway_local.provider.tagging import EC2

_RESERVATION = {"CapacityReservationId": "{id}"}
# By filter: of a name that is not there, AWS says Unknown, which is no "not found" elsewhere.
_GROUP = {"Filters": [{"Name": "group-name", "Values": ["{id}"]}]}

SPECS = {
    "aws_ec2_capacity_reservation": Spec(
        "ec2",
        "CapacityReservation",
        Op("create_capacity_reservation"),
        id="{CapacityReservationId}",
        read=(
            Op(
                "describe_capacity_reservations",
                {"CapacityReservationIds": ["{id}"]},
                "CapacityReservations[?State!='cancelled'] | [0]",
            ),
        ),
        update=(
            Op(
                "modify_capacity_reservation",
                _RESERVATION,
                attrs=("instance_count", "end_date", "end_date_type", "instance_match_criteria"),
                whole=True,
            ),
        ),
        delete=Op("cancel_capacity_reservation", _RESERVATION),
        names={"instance_count": Via("InstanceCount", read="TotalInstanceCount")},
        defaults={
            "ebs_optimized": False,
            "end_date_type": "unlimited",
            "ephemeral_storage": False,
            "instance_match_criteria": "open",
            "tenancy": "default",
        },
        replace=("instance_match_criteria",),
        tagging=EC2,
        support="patched",
    ),
    "aws_placement_group": Spec(
        "ec2",
        "Group",
        Op("create_placement_group"),
        id="{GroupName}",
        read=(Op("describe_placement_groups", _GROUP, "PlacementGroups[0]"),),
        delete=Op("delete_placement_group", {"GroupName": "{id}"}),
        names={"placement_group_id": "GroupId"},
        tagging=Tagging(
            None,
            Op("create_tags", {"Resources": ["{placement_group_id}"]}),
            Op("delete_tags", {"Resources": ["{placement_group_id}"]}),
            "Tags",
        ),
        support="patched",
    ),
}
