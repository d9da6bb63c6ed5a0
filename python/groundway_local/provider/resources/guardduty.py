"""GuardDuty: the detector of a region, and what it looks into."""

from __future__ import annotations

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Arguments, Op, Prepare, Spec, Step, Via
from groundway_local.provider.tagging import by_arn
from groundway_local.provider.values import State

_FEATURE = ("name", "status", "additional_configuration")


def _feature(planned: State) -> list[Arguments]:
    """One feature in the API's form; the others stay as they are."""
    more = [{"Name": c["name"], "Status": c["status"]} for c in planned.get("additional_configuration") or []]
    feature = {"Name": planned["name"], "Status": planned["status"]}
    return [{**feature, "AdditionalConfiguration": more} if more else feature]


def _set(_api: Api, planned: State, arguments: Arguments) -> None:
    arguments["Features"] = _feature(planned)


def _change(api: Api, prior: State, planned: State) -> None:
    if prior:
        api.call("update_detector", DetectorId=planned["detector_id"], Features=_feature(planned))


SPECS = {
    "aws_guardduty_detector": Spec(
        "guardduty",
        "Detector",
        Op("create_detector"),
        id="{DetectorId}",
        read=(Op("get_detector", {"DetectorId": "{id}"}),),
        update=(Op("update_detector", {"DetectorId": "{id}"}),),
        delete=Op("delete_detector", {"DetectorId": "{id}"}),
        names={"datasources": None, "enable": Via("Enable", read="Status == 'ENABLED'")},
        computed={"arn": "arn:aws:guardduty:{region}:{account}:detector/{id}", "account_id": "{account}"},
        defaults={"enable": True, "finding_publishing_frequency": "SIX_HOURS"},
        tagging=by_arn("list_tags_for_resource", "ResourceArn", "Tags"),
        support="patched",
    ),
    "aws_guardduty_detector_feature": Spec(
        "guardduty",
        "",
        Op("update_detector", attrs=("detector_id",)),
        id="{detector_id}/{name}",
        prepare=Prepare(_FEATURE, _set),
        read=(Op("get_detector", {"DetectorId": "{detector_id}"}, "Features[?Name=='{name}'] | [0]"),),
        update=(Step(("status", "additional_configuration"), _change),),
        replace=("detector_id", "name"),
        unread=("detector_id",),
        support="patched",
    ),
}
