"""Trails."""

from __future__ import annotations

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step, Tagging, Via
from groundway_local.provider.values import State

_TRAIL = {"Name": "{id}"}
_TAGGED = {"ResourceId": "{arn}"}


def _log(api: Api, prior: State, planned: State) -> None:
    """A new trail records nothing until it is told to."""
    if planned.get("enable_logging") is not False:
        api.call("start_logging", Name=planned["id"])
    elif prior:
        api.call("stop_logging", Name=planned["id"])


SPECS = {
    "aws_cloudtrail": Spec(
        "cloudtrail",
        "Trail",
        Op("create_trail"),
        id="{TrailARN}",
        read=(
            Op("get_trail", _TRAIL, "Trail"),
            Op("get_trail_status", _TRAIL, "{IsLogging: IsLogging}"),
            Op(
                "get_event_selectors",
                {"TrailName": "{id}"},
                "{EventSelectors: EventSelectors, AdvancedEventSelectors: AdvancedEventSelectors}",
            ),
        ),
        update=(
            Op("update_trail", _TRAIL),
            Op(
                "put_event_selectors",
                {"TrailName": "{id}"},
                attrs=("advanced_event_selector", "event_selector"),
            ),
            Step(("enable_logging",), _log, at_creation=True),
        ),
        delete=Op("delete_trail", {"Name": "{name}"}),
        names={
            "enable_log_file_validation": ("EnableLogFileValidation", "LogFileValidationEnabled"),
            "cloud_watch_logs_group_arn": "CloudWatchLogsLogGroupArn",
            "enable_logging": Via(read="IsLogging"),
            "insight_selector": None,
            "tags": "TagsList",
        },
        defaults={
            "enable_log_file_validation": False,
            "enable_logging": True,
            "include_global_service_events": True,
            "is_multi_region_trail": False,
            "is_organization_trail": False,
        },
        tagging=Tagging(
            Op("list_tags", {"ResourceIdList": ["{arn}"]}, "ResourceTagList[0].TagsList"),
            Op("add_tags", _TAGGED),
            Op("remove_tags", _TAGGED),
            "TagsList",
        ),
        support="patched",
    ),
}
