"""Launch templates: every change is a new version."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step, Tagging, Via
from groundway_local.provider.values import State

_TAGGED = {"Filters": [{"Name": "resource-id", "Values": ["{id}"]}]}
_BY_ID = {"LaunchTemplateId": "{id}"}


def _choose_default(api: Api, _prior: State, planned: State) -> None:
    """The default version: the newest, the configured one, or the first."""
    found = api.call("describe_launch_templates", LaunchTemplateIds=[planned["id"]])["LaunchTemplates"][0]
    wanted = planned.get("default_version") if isinstance(planned.get("default_version"), int) else None
    version = found["LatestVersionNumber"] if planned.get("update_default_version") else wanted
    if version is not None and version != found["DefaultVersionNumber"]:
        api.call("modify_launch_template", LaunchTemplateId=planned["id"], DefaultVersion=str(version))


def _tag_specifications(answer: dict[str, Any]) -> list[State]:
    specifications = answer.get("TagSpecifications", answer.get("TagSpecificationSet", []))
    return [
        {"resource_type": s["ResourceType"], "tags": {t["Key"]: t["Value"] for t in s.get("Tags", [])}}
        for s in specifications
    ]


_DATA = (
    "block_device_mappings",
    "capacity_reservation_specification",
    "cpu_options",
    "credit_specification",
    "disable_api_stop",
    "disable_api_termination",
    "ebs_optimized",
    "enclave_options",
    "hibernation_options",
    "iam_instance_profile",
    "image_id",
    "instance_initiated_shutdown_behavior",
    "instance_market_options",
    "instance_requirements",
    "instance_type",
    "kernel_id",
    "key_name",
    "license_specification",
    "maintenance_options",
    "metadata_options",
    "monitoring",
    "network_interfaces",
    "placement",
    "private_dns_name_options",
    "ram_disk_id",
    "security_group_names",
    "tag_specifications",
    "user_data",
    "vpc_security_group_ids",
)

SPECS = {
    "aws_launch_template": Spec(
        "ec2",
        "LaunchTemplate",
        Op("create_launch_template", into="LaunchTemplateData"),
        id="{LaunchTemplateId}",
        read=(
            Op("describe_launch_templates", {"LaunchTemplateIds": ["{id}"]}, "LaunchTemplates[0]"),
            Op(
                "describe_launch_template_versions",
                {"LaunchTemplateId": "{id}", "Versions": ["$Latest"]},
                "LaunchTemplateVersions[0].merge(LaunchTemplateData, {VersionDescription: VersionDescription})",
            ),
        ),
        update=(
            Op(
                "create_launch_template_version",
                _BY_ID,
                attrs=(*_DATA, "description"),
                into="LaunchTemplateData",
                whole=True,
            ),
            Step(("update_default_version", "default_version", *_DATA, "description"), _choose_default),
        ),
        delete=Op("delete_launch_template", _BY_ID),
        names={
            "description": "VersionDescription",
            "vpc_security_group_ids": "SecurityGroupIds",
            "security_group_names": "SecurityGroups",
            "default_version": "DefaultVersionNumber",
            "network_interfaces.security_groups": "Groups",
            "latest_version": "LatestVersionNumber",
            "tag_specifications": Via("TagSpecifications", read=_tag_specifications),
        },
        computed={"arn": "arn:aws:ec2:{region}:{account}:launch-template/{id}"},
        provider_only=("update_default_version",),
        volatile=("latest_version", "default_version"),
        prefixed={"name": "name_prefix"},
        tagging=Tagging(
            Op("describe_tags", _TAGGED, "Tags"),
            Op("create_tags", {"Resources": ["{id}"]}),
            Op("delete_tags", {"Resources": ["{id}"]}),
            "Tags",
        ),
    ),
}
