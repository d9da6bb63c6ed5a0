"""Capacity that is set aside: an on-demand reservation made here, or a capacity block that was bought elsewhere."""

from dataclasses import dataclass

from groundway.environment import Reservation
from infra.cdk import Construct, aws


@dataclass(frozen=True, kw_only=True)
class ReservationProps:
    """`placement_group_arn`: what is launched into a placement group must be reserved in it."""

    name: str
    instance_type: str
    zone: str
    placement_group_arn: str | None = None


def reservation_id(scope: Construct, id: str, reservation: Reservation, props: ReservationProps) -> str:
    """The id that nodes are launched with. A reservation is billed from here on, used or not, until it is removed."""
    if reservation.capacity_block:
        return reservation.capacity_block
    made = aws.ec2_capacity_reservation.Ec2CapacityReservation(
        scope,
        id,
        instance_type=props.instance_type,
        instance_platform="Linux/UNIX",
        instance_count=reservation.instances,
        availability_zone=props.zone,
        # Only what names it may use it: an open one is taken by any instance of that type in the account.
        instance_match_criteria="targeted",
        placement_group_arn=props.placement_group_arn,
        tags={"Name": props.name},
    )
    made_id: str = made.id
    return made_id
