"""EC2: what a launch template says of volumes and network interfaces reaches them, not the instance alone."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.utils import convert_tag_spec

run_instances = EC2Backend.run_instances


def launched(self: Any, *arguments: Any, **named: Any) -> Any:
    reservation = run_instances(self, *arguments, **named)
    if template := named.get("launch_template"):
        data = self._get_template_from_args(template).data
        tags = convert_tag_spec(data.get("TagSpecifications", []))
        requested = named.get("tags") or {}
        for instance in reservation.instances:
            _tag(self, instance, {kind: {**tags.get(kind, {}), **requested.get(kind, {})} for kind in KINDS})
    return reservation


KINDS = ("volume", "network-interface")


def _tag(backend: Any, instance: Any, tags: dict[str, dict[str, str]]) -> None:
    """What the request itself says of a tag counts more than the template."""
    volumes = [device.volume_id for _, device in instance.get_block_device_mapping]
    interfaces = [interface.id for interface in instance.nics.values()]
    for kind, ids in zip(KINDS, (volumes, interfaces), strict=True):
        if ids and tags[kind]:
            backend.create_tags(ids, tags[kind])


def apply() -> None:
    EC2Backend.run_instances = launched
