"""Single tags of Auto Scaling groups that somebody else made, such as EKS."""

from __future__ import annotations

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Arguments, Op, Prepare, Spec, Step, Via
from groundway_local.provider.values import State

_KIND = "auto-scaling-group"
_WHICH = [
    {"Name": _KIND, "Values": ["{autoscaling_group_name}"]},
    {"Name": "key", "Values": ["{tag.key}"]},
]


def _tag(planned: State) -> Arguments:
    [tag] = planned["tag"]
    return {
        "ResourceId": planned["autoscaling_group_name"],
        "ResourceType": _KIND,
        "Key": tag["key"],
        "Value": tag["value"],
        "PropagateAtLaunch": tag["propagate_at_launch"],
    }


def _put(_api: Api, planned: State, arguments: Arguments) -> None:
    arguments["Tags"] = [_tag(planned)]


def _change(api: Api, prior: State, planned: State) -> None:
    """Another key is another tag: the one that was goes."""
    if not prior:
        return
    if prior["tag"][0]["key"] != planned["tag"][0]["key"]:
        gone = {k: v for k, v in _tag(prior).items() if k in ("ResourceId", "ResourceType", "Key")}
        api.call("delete_tags", Tags=[gone])
    api.call("create_or_update_tags", Tags=[_tag(planned)])


SPECS = {
    "aws_autoscaling_group_tag": Spec(
        "autoscaling",
        "",
        Op("create_or_update_tags", attrs=()),
        id="{autoscaling_group_name},{tag.key}",
        prepare=Prepare(("autoscaling_group_name", "tag"), _put),
        read=(Op("describe_tags", {"Filters": _WHICH}, "Tags[0]"),),
        update=(Step(("tag",), _change),),
        delete=Op(
            "delete_tags",
            {"Tags": [{"ResourceId": "{autoscaling_group_name}", "ResourceType": _KIND, "Key": "{tag.key}"}]},
        ),
        names={"autoscaling_group_name": "ResourceId", "tag": Via(read=lambda tag: tag if "Key" in tag else None)},
        support="patched",
    ),
}
