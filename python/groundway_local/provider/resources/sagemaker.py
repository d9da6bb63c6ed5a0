"""SageMaker's model registry and feature store."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.problem import Problem
from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step
from groundway_local.provider.tagging import by_arn
from groundway_local.provider.values import State, without_unknown

_TAGGING = by_arn("list_tags", "ResourceArn", "Tags", tag="add_tags", untag="delete_tags")
_GROUP = {"ModelPackageGroupName": "{model_package_group_name}"}


def _keep_for(api: Api, prior: State, planned: State) -> None:
    """Of the online store, only how long it keeps records can change."""
    if not prior:
        return
    before, after = ([dict(b) for b in without_unknown(s.get("online_store_config") or [])] for s in (prior, planned))
    ttl: dict[str, Any] = next(iter((after and after[0].pop("ttl_duration")) or []), {})
    if before:
        before[0].pop("ttl_duration")
    if before != after or not ttl:
        text = "SageMaker changes the time to live of an online store, and nothing else of it"
        raise Problem("The online store cannot be changed", f"{text}: taint the group", ("online_store_config",))
    config = {"TtlDuration": {"Unit": ttl["unit"], "Value": int(ttl["value"])}}
    api.call("update_feature_group", FeatureGroupName=planned["feature_group_name"], OnlineStoreConfig=config)


SPECS = {
    "aws_sagemaker_model_package_group": Spec(
        "sagemaker",
        "ModelPackageGroup",
        Op("create_model_package_group"),
        id="{model_package_group_name}",
        read=(Op("describe_model_package_group", {"ModelPackageGroupName": "{id}"}),),
        delete=Op("delete_model_package_group", {"ModelPackageGroupName": "{id}"}),
        tagging=_TAGGING,
        support="patched",
    ),
    "aws_sagemaker_model_package_group_policy": Spec(
        "sagemaker",
        "ModelPackageGroup",
        Op("put_model_package_group_policy", _GROUP),
        id="{model_package_group_name}",
        read=(Op("get_model_package_group_policy", {"ModelPackageGroupName": "{id}"}),),
        update=(Op("put_model_package_group_policy", _GROUP, attrs=("resource_policy",)),),
        delete=Op("delete_model_package_group_policy", _GROUP),
        provider_only=("model_package_group_name",),
        replace=("model_package_group_name",),
        support="patched",
    ),
    "aws_sagemaker_feature_group": Spec(
        "sagemaker",
        "FeatureGroup",
        Op("create_feature_group"),
        id="{feature_group_name}",
        read=(Op("describe_feature_group", {"FeatureGroupName": "{id}"}),),
        update=(
            Op("update_feature_group", {"FeatureGroupName": "{id}"}, attrs=("throughput_config",)),
            Step(("online_store_config",), _keep_for),
        ),
        delete=Op("delete_feature_group", {"FeatureGroupName": "{id}"}),
        defaults={"offline_store_config.disable_glue_table_creation": False},
        filled=("throughput_config",),
        tagging=_TAGGING,
        support="recorded",
    ),
}
